package program

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/holdfast-edge/holdfast/store/artefacts"
	"github.com/holdfast-edge/holdfast/store/format"
)

// What the launcher tells the version that it becomes.
const (
	launchedVariable = "HOLDFAST_PROGRAM"  // its digest
	launcherVariable = "HOLDFAST_LAUNCHER" // path of the launcher
	guardVariable    = "HOLDFAST_GUARD"    // process that ends a start that hangs
)

// Launch becomes the version that is to run in a data directory. It returns where that is this program: the one that was
// launched, or the launcher itself. What it could not do is an error, and no reason for the launcher not to run itself.
func Launch(dir string) error {
	if os.Getenv(launchedVariable) != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	stamp, err := StampOf(self)
	if err != nil {
		return err
	}
	p := Open(dir)
	s, err := p.State()
	if err != nil || s.Current == "" && s.Trial == nil {
		return err
	}
	store := artefacts.Open(artefacts.Options{Dir: filepath.Join(dir, "artefacts")})
	var errs []error
	for range 3 { // a trial, what ran before it, the launcher
		next, err := p.choose(stamp, format.Check(dir, format.Newest) == nil)
		errs = append(errs, err)
		if next.digest == "" {
			break
		}
		path, _ := store.Path(next.digest)
		if err = artefacts.Verify(path, next.digest); err == nil {
			err = p.become(path, self, dir, next)
		}
		errs = append(errs, err, p.drop(next.digest, fmt.Sprintf("it could not be started: %v", err)))
	}
	return errors.Join(errs...)
}

// choice is what is to be started.
type choice struct {
	digest  string // empty: the launcher itself
	start   int    // of a trial; 0: it is none
	patient time.Duration
}

// choose decides what this start runs, on the disk first. able tells whether the launcher's own program can open the data. Where
// the disk takes nothing, what was confirmed is started all the same, and beside the error: the launcher may be too old for the
// data. A version on trial is not, since nobody would count its starts.
func (p *Programs) choose(launcher Stamp, able bool) (next choice, err error) {
	err = p.change(func(s *State) error {
		next = s.next(launcher, able, p.now())
		return nil
	})
	if err == nil {
		return next, nil
	}
	s, unread := p.State()
	if unread != nil {
		return choice{}, errors.Join(err, unread)
	}
	if next = s.next(launcher, able, p.now()); next.start > 0 {
		next = choice{digest: s.Current}
	}
	return next, err
}

// next is what a start runs, which is counted.
func (s *State) next(launcher Stamp, able bool, now time.Time) choice {
	if s.Launcher != launcher && able { // somebody has installed another program on this machine: that is what is wanted now
		if s.Trial != nil {
			s.end(false, "another program was installed on this machine", now)
		}
		s.Current, s.Version = "", ""
	}
	s.Launcher = launcher
	switch t := s.Trial; {
	case t == nil:
	case t.Verdict != "":
		s.end(false, t.Verdict, now)
	case t.Starts >= mostStarts:
		s.end(false, fmt.Sprintf("it ended %d times without being confirmed", t.Starts), now)
	default:
		t.Starts++
		return choice{t.Digest, t.Starts, t.Patient}
	}
	return choice{digest: s.Current}
}

// drop has a version that cannot be started not be chosen again.
func (p *Programs) drop(digest, reason string) error {
	return p.change(func(s *State) error {
		if s.Trial != nil && s.Trial.Digest == digest {
			s.end(false, reason, p.now())
		} else if s.Current == digest {
			s.Current, s.Version = "", ""
			s.Last = &Outcome{Digest: digest, Reason: reason, At: p.now().UTC(), Fresh: true}
		}
		return nil
	})
}

// become replaces this process's program. It returns only with an error.
func (p *Programs) become(path, self, dir string, next choice) error {
	if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // it is a program
		return err
	}
	environment := append(bare(os.Environ()), launchedVariable+"="+next.digest, launcherVariable+"="+self)
	if next.start > 0 {
		guard, err := startGuard(self, dir, next)
		if err != nil {
			return err
		}
		environment = append(environment, guardVariable+"="+strconv.Itoa(guard))
	}
	return fmt.Errorf("become %s: %w", path, syscall.Exec(path, os.Args, environment)) //nolint:gosec // that is what was signed
}

// bare is an environment without what a launcher said.
func bare(environment []string) (kept []string) {
	for _, e := range environment {
		name, _, _ := strings.Cut(e, "=")
		if name != launchedVariable && name != launcherVariable && name != guardVariable {
			kept = append(kept, e)
		}
	}
	return kept
}

// Self is what runs. It is for one goroutine.
type Self struct {
	Digest   string // empty: the launcher itself
	Launcher string // path
	guard    int
}

// Running returns what runs. It is asked once, at the start: later the file of the launcher may be another.
func Running() (*Self, error) {
	s := &Self{Digest: os.Getenv(launchedVariable), Launcher: os.Getenv(launcherVariable)}
	s.guard, _ = strconv.Atoi(os.Getenv(guardVariable)) // none is 0
	if s.Launcher != "" {
		return s, nil
	}
	path, err := os.Executable()
	s.Launcher = path
	return s, err
}

// Relaunch has the launcher take this process's place, with the same command line. It returns only with an error.
func (s *Self) Relaunch() error {
	return fmt.Errorf("become %s again: %w", s.Launcher, syscall.Exec(s.Launcher, os.Args, bare(os.Environ()))) //nolint:gosec // it is where this came from
}

// Unguard ends the guard of this process's trial, which has come to its end.
func (s *Self) Unguard() {
	pid := s.guard
	if s.guard = 0; pid == 0 {
		return
	}
	if guard, err := os.FindProcess(pid); err == nil {
		_ = guard.Kill() // it may have ended
		_, _ = guard.Wait()
	}
}
