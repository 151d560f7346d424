package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/store/artefacts"
	"github.com/holdfast-edge/holdfast/store/format"
)

// run brings in a version: everything before the trial begins can be refused, and changes nothing.
func (u *upgrades) run(ctx context.Context, c uplink.Command) (a uplink.Answer, err error) {
	refused := func(err error) (uplink.Answer, error) {
		return uplink.Answer{}, fmt.Errorf("%w: %w", uplink.ErrRefused, err)
	}
	if u == nil {
		return refused(errors.New("the program of this node is not changed from the cloud"))
	}
	s, err := u.verify(c)
	if err != nil {
		return refused(err)
	}
	if !u.take() { // and one that is on trial does not run already, whoever asks for it
		return refused(program.ErrBusy)
	}
	if s.Digest == u.self.Digest {
		u.release()
		return uplink.Answer{Detail: "it runs already"}, nil
	}
	preparing, cancel := before(ctx, uplink.EndingWithin)
	defer cancel()
	reference := artefacts.Reference{Digest: s.Digest, Size: s.Size}
	defer u.n.artefacts.Need([]artefacts.Reference{reference})()
	err = u.prepare(preparing, reference, s)
	if err == nil {
		err = u.begin(preparing, s)
	}
	if err != nil {
		u.release()
		return refused(err)
	}
	u.n.Relaunch("to become version " + s.Version)
	<-ctx.Done() // a later start is the outcome
	return a, ctx.Err()
}

// before is a context that is done some time before another one's deadline.
func before(ctx context.Context, by time.Duration) (context.Context, context.CancelFunc) {
	if deadline, ok := ctx.Deadline(); ok {
		return context.WithDeadline(ctx, deadline.Add(-by))
	}
	return context.WithCancel(ctx)
}

func (u *upgrades) take() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.busy || u.trial != nil {
		return false
	}
	u.busy = true
	return true
}

func (u *upgrades) release() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.busy = false
}

// verify reads what was signed, with what the node has of its cloud.
func (u *upgrades) verify(c uplink.Command) (s link.ProgramStatement, err error) {
	var signed link.Signed
	if err := json.Unmarshal(c.Arguments, &signed); err != nil {
		return s, fmt.Errorf("read what was signed: %w", err)
	}
	credentials, err := enrol.Load(UplinkDir(u.n.means.Dir))
	if err != nil {
		return s, err
	}
	if s, err = link.VerifyProgram(signed, credentials.SignerKeys(), credentials.Site, c.Key); err != nil {
		return s, err
	}
	if here := Platform(); s.Platform != here {
		return s, fmt.Errorf("the program is for %s, and this is %s", s.Platform, here)
	}
	return s, nil
}

// Platform is what this program runs on, as artefacts are named for.
func Platform() string { return runtime.GOOS + "/" + runtime.GOARCH }

// prepare fetches a version and has it check what it is to run.
func (u *upgrades) prepare(ctx context.Context, r artefacts.Reference, s link.ProgramStatement) error {
	for {
		err := u.n.fetch(ctx, []artefacts.Reference{r})
		if err == nil {
			break
		}
		if errors.Is(err, artefacts.ErrDigest) || errors.Is(err, artefacts.ErrRoom) {
			return err
		}
		u.n.means.Logger.Warn("a version of the program was not fetched; it goes on", "version", s.Version, "error", err)
		select {
		case <-ctx.Done():
			return fmt.Errorf("it was not fetched in time: %w", err)
		case <-time.After(tryAgain):
		}
	}
	path, ok := u.n.artefacts.Path(s.Digest)
	if !ok {
		return errors.New("it was fetched, and is gone")
	}
	if err := artefacts.Verify(path, s.Digest); err != nil {
		return err
	}
	said, err := u.preflight(ctx, path)
	if err != nil {
		return fmt.Errorf("the version does not take what runs here: %w", err)
	}
	if said.Version != s.Version {
		return fmt.Errorf("the program says that it is version %s, and %s was signed", link.Cut(said.Version), s.Version)
	}
	return format.Check(u.n.means.Dir, said.Format)
}

// Preflight is what a program says of itself before it is to run a site.
type Preflight struct {
	Version string `json:"version"`
	Format  int    `json:"format"` // the newest of data directories that it knows
}

// preflightWithin is how long a program has to check a configuration.
const preflightWithin = 2 * time.Minute

// preflight has a program check the configuration that runs. It opens nothing.
func (u *upgrades) preflight(ctx context.Context, path string) (said Preflight, err error) {
	running, err := u.n.life.state.Running()
	if err != nil {
		return said, err
	}
	document, err := u.n.life.state.Configuration(running.Number)
	if err != nil {
		return said, err
	}
	if err := os.Chmod(path, 0o700); err != nil { //nolint:gosec // it is a program
		return said, err
	}
	ctx, cancel := context.WithTimeout(ctx, preflightWithin)
	defer cancel()
	var out, errs bytes.Buffer
	check := exec.CommandContext(ctx, path, "edge", "preflight", "--data", u.n.means.Dir) //nolint:gosec // that is what was signed
	check.Stdin, check.Stdout, check.Stderr = bytes.NewReader(document), &out, &errs
	check.Env = unwatched(os.Environ())
	if err := check.Run(); err != nil {
		return said, fmt.Errorf("%w: %s", err, link.Cut(strings.TrimSpace(errs.String())))
	}
	err = json.Unmarshal(out.Bytes(), &said)
	return said, err
}

// unwatched is an environment without the way to the service manager, which hears of the node only.
func unwatched(environment []string) (kept []string) {
	for _, e := range environment {
		if !strings.HasPrefix(e, "NOTIFY_SOCKET=") && !strings.HasPrefix(e, "WATCHDOG_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// Preflight checks a configuration as a node of this program would before it runs it, in a directory of which nothing is
// opened, and says what this program is.
func (c *Components) Preflight(document []byte, dir, version string) (Preflight, error) {
	c.Artefacts(dir)
	_, err := config.Parse([]config.Source{{Name: "generation.json", Data: document}}, c.catalog, c.checkToRun)
	return Preflight{Version: version, Format: format.Newest}, err
}

// begin puts a version on trial, when the plant permits it and no change of the configuration is on its way.
func (u *upgrades) begin(ctx context.Context, s link.ProgramStatement) error {
	if err := u.permitted(ctx); err != nil {
		return err
	}
	health, err := json.Marshal(u.n.Health())
	if err != nil {
		return err
	}
	if err := u.n.life.state.Put(upgradeSpace, healthKey, health); err != nil {
		return err
	}
	p := s.Policy
	return u.programs.Begin(program.Trial{
		Digest: s.Digest, Version: s.Version, Key: s.Key, By: s.By, Window: p.Window, Confirm: p.Confirm,
		Patient: p.Start + p.Window + p.Confirm, MaxBad: p.MaxBad, Restarts: p.Restarts,
	}, u.self.Launcher)
}

// permitted waits for the plant's interlock, and for the end of a change on trial.
func (u *upgrades) permitted(ctx context.Context) error {
	for {
		open, why := u.n.Interlock()
		if c, ok := u.n.changes.Status(); open && ok && !c.State.Ended() {
			open, why = false, reconcile.ErrBusy.Error()
		}
		if open {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the plant did not permit it in time: %s", why)
		case <-time.After(time.Second):
		}
	}
}
