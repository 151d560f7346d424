// Package program decides which version of the program runs in a data directory. The one that the machine's package
// manager installed is the launcher: it is never touched, looks at what is written here, and becomes the version that is to
// run, in the same process. So what counts the starts of a new version, and ends its trial, is never the new version alone.
//
//	(launcher's own) ──Begin──▶ on trial ──Confirm──▶ current
//	      ▲                        │ its gate, its deadline, mostStarts starts, other octets on the disk
//	      └───── Revert ───────────┘ what ran before runs again
//
// All of it is one small file, replaced whole under a lock that processes share, so that a power cut leaves one state or the
// next.
package program

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/holdfast-edge/holdfast/store/bolt"
)

// mostStarts is how often a version on trial is started. One that has ended so often is not started again.
const mostStarts = 3

// Trial is a version that has to prove itself.
type Trial struct {
	Digest  string `json:"digest"` // SHA-256 of the program
	Version string `json:"version"`
	Key     string `json:"key"` // of the command that asked for it
	By      string `json:"by"`

	Asked   time.Time     `json:"asked"`
	Window  time.Duration `json:"window_ns"`   // it is watched for so long
	Confirm time.Duration `json:"confirm_ns"`  // the cloud's confirmation comes within this, from its start on
	Patient time.Duration `json:"deadline_ns"` // a start that is still on trial then hangs, and is ended from outside

	MaxBad   float64 `json:"max_bad_tags"` // share of tags that may be Bad and were not
	Restarts int     `json:"max_restarts"` // of actors

	Starts  int    `json:"starts"`
	Verdict string `json:"verdict,omitempty"` // why it is not to be started again
}

// Outcome is how the last trial ended.
type Outcome struct {
	Digest    string    `json:"digest"`
	Version   string    `json:"version"`
	Key       string    `json:"key"`
	Confirmed bool      `json:"confirmed"`
	Reason    string    `json:"reason,omitempty"`
	At        time.Time `json:"at"`
	Fresh     bool      `json:"fresh,omitempty"` // no start of the node has seen it
}

// Stamp tells one installation of the launcher from the next.
type Stamp struct {
	Size     int64 `json:"size"`
	Modified int64 `json:"modified"` // Unix nanoseconds
}

// StampOf returns the stamp of a program.
func StampOf(path string) (Stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Stamp{}, err
	}
	return Stamp{info.Size(), info.ModTime().UnixNano()}, nil
}

// State is what is to run.
type State struct {
	Launcher Stamp    `json:"launcher"`          // that all of this was decided beside
	Current  string   `json:"current,omitempty"` // digest; empty: the launcher's own program
	Version  string   `json:"version,omitempty"` // of Current
	Trial    *Trial   `json:"trial,omitempty"`
	Last     *Outcome `json:"last,omitempty"`
}

// Programs is the state in a data directory. Several processes may use it.
type Programs struct {
	dir string
	now func() time.Time
}

// Open returns the state in a node's directory, where it has one.
func Open(dir string) *Programs { return &Programs{filepath.Join(dir, "program"), time.Now} }

const fileName = "program.json"

// State reads the state. One that makes no sense is ErrDamaged, and that of a node that was never upgraded: the launcher runs.
func (p *Programs) State() (State, error) {
	text, err := os.ReadFile(filepath.Join(p.dir, fileName))
	if errors.Is(err, os.ErrNotExist) {
		return State{}, nil
	}
	var s State
	if err == nil {
		if wrong := json.Unmarshal(text, &s); wrong != nil {
			err = fmt.Errorf("%w: %w", ErrDamaged, wrong)
		}
	}
	if err != nil {
		return State{}, fmt.Errorf("read which program is to run: %w", err)
	}
	return s, nil
}

// change replaces the state by what edit makes of it, alone. A state that cannot be read is replaced, and one that stays as it
// was is not written: a full disk keeps no node from starting.
func (p *Programs) change(edit func(*State) error) error {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(p.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close() // which unlocks
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock which program is to run: %w", err)
	}
	s, unread := p.State()
	before, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		return err
	}
	if err := edit(&s); err != nil {
		return err
	}
	text, err := json.MarshalIndent(s, "", " ")
	if err != nil || unread == nil && bytes.Equal(text, before) {
		return err
	}
	if err := bolt.ReplaceFile(filepath.Join(p.dir, fileName), text); err != nil {
		return fmt.Errorf("keep which program is to run: %w", err)
	}
	return nil
}

// What callers branch on.
var (
	ErrBusy    = errors.New("another version is on trial")
	ErrNoTrial = errors.New("no such version is on trial")
	ErrSame    = errors.New("this version runs already")
	ErrDamaged = errors.New("the file is damaged")
)

// Begin puts a version on trial. It is started by the launcher, whose program is at path.
func (p *Programs) Begin(t Trial, path string) error {
	stamp, err := StampOf(path)
	if err != nil {
		return err
	}
	return p.change(func(s *State) error {
		switch {
		case s.Trial != nil:
			return ErrBusy
		case s.Current == t.Digest:
			return ErrSame
		}
		if s.Current == "" {
			s.Launcher = stamp
		}
		t.Asked = p.now().UTC()
		s.Trial = &t
		return nil
	})
}

// Confirm has the version on trial be the one that runs.
func (p *Programs) Confirm(digest string) error {
	return p.change(func(s *State) error {
		if s.Trial == nil || s.Trial.Digest != digest || s.Trial.Verdict != "" {
			return ErrNoTrial
		}
		s.Current, s.Version = s.Trial.Digest, s.Trial.Version
		s.end(true, "", p.now())
		return nil
	})
}

// Revert ends a trial: what ran before runs again, from the next start on.
func (p *Programs) Revert(digest, reason string) error {
	return p.change(func(s *State) error {
		if s.Trial == nil || s.Trial.Digest != digest {
			return ErrNoTrial
		}
		s.end(false, reason, p.now())
		return nil
	})
}

// Condemn has a version on trial not be started again, in its given start; whoever calls it ends the process.
func (p *Programs) Condemn(digest string, start int, reason string) error {
	return p.change(func(s *State) error {
		if s.Trial == nil || s.Trial.Digest != digest || s.Trial.Starts != start {
			return ErrNoTrial
		}
		s.Trial.Verdict = reason
		return nil
	})
}

// Seen says that the node has taken note of how the last trial ended.
func (p *Programs) Seen() error {
	return p.change(func(s *State) error {
		if s.Last != nil {
			s.Last.Fresh = false
		}
		return nil
	})
}

// end ends the trial.
func (s *State) end(confirmed bool, reason string, now time.Time) {
	t := s.Trial
	s.Trial = nil
	s.Last = &Outcome{Digest: t.Digest, Version: t.Version, Key: t.Key, Confirmed: confirmed, Reason: reason, At: now.UTC(), Fresh: true}
}
