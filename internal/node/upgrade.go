package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/store/format"
)

// upgrades brings in versions of the program that the cloud names: each is verified, fetched, checked beside the node, and
// started on trial by the launcher. What it shows there decides whether it stays.
type upgrades struct {
	n         *Node
	programs  *program.Programs
	self      *program.Self
	confirmed chan string // digests that the cloud has confirmed; holds one

	mu    sync.Mutex
	busy  bool // one is being brought in, or the node is about to become another
	trial *program.Trial
	phase string // of the trial: trying, waiting
	ended chan struct{}
}

// openUpgrades reads whether this program is on trial. A node whose program nobody launches takes none from the cloud.
func (n *Node) openUpgrades(o Options) {
	if o.Self == nil {
		return
	}
	u := &upgrades{n: n, programs: program.Open(o.Dir), self: o.Self, confirmed: make(chan string, 1), ended: make(chan struct{})}
	s, err := u.programs.State()
	if err != nil {
		n.means.Logger.Error("which program is to run", "error", err)
	}
	if s.Trial != nil && s.Trial.Digest == o.Self.Digest {
		u.trial, u.phase = s.Trial, "trying"
		n.means.Logger.Info("this version of the program is on trial", "version", s.Trial.Version, "start", s.Trial.Starts)
	}
	n.upgrades = u
}

// unproven tells whether deaths before this start say nothing about it: they were of a version on trial.
func unproven(o Options) (trial, fresh bool) {
	if o.Self == nil {
		return false, false
	}
	s, err := program.Open(o.Dir).State()
	if err != nil {
		return false, false
	}
	return s.Trial != nil && s.Trial.Digest == o.Self.Digest, s.Last != nil && s.Last.Fresh
}

// onTrial tells whether a version is on trial, or about to be: the configuration stays as it is meanwhile.
func (n *Node) onTrial() bool {
	if n.upgrades == nil {
		return false
	}
	u := n.upgrades
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.trial != nil || u.busy
}

// errProgramTrial says why no change of the configuration is taken.
var errProgramTrial = errors.New("another version of the program is on trial: propose the change when it is confirmed or reverted")

// digests are those of the programs that must stay. A damaged state names none, as the launcher reads it; where it cannot be
// read at this moment, nobody knows.
func (u *upgrades) digests() (list []string, err error) {
	if u == nil {
		return nil, nil
	}
	s, err := u.programs.State()
	if err != nil && !errors.Is(err, program.ErrDamaged) {
		return nil, err
	}
	if s.Trial != nil {
		list = append(list, s.Trial.Digest)
	}
	return append(list, s.Current, u.self.Digest), nil
}

// watch judges this start, where it is one on trial. It is a service.
func (u *upgrades) watch(ctx context.Context) error {
	if u.trial == nil {
		<-ctx.Done()
		return nil
	}
	sick, ended := u.gate(ctx)
	if !ended {
		return nil // the node stops: the next start is judged anew
	}
	if sick == "" {
		if sick, ended = u.await(ctx); !ended {
			return nil
		}
	}
	if sick != "" {
		return u.revert(sick)
	}
	return u.confirm()
}

// healthKey is where it is kept how the node was before it became the version on trial.
const upgradeSpace, healthKey = "upgrade", "health"

// gate watches the node for the window, and says what is wrong.
func (u *upgrades) gate(ctx context.Context) (sick string, ended bool) {
	var before reconcile.Health
	text, err := u.n.life.state.Document(upgradeSpace, healthKey)
	if err != nil || json.Unmarshal(text, &before) != nil {
		before = reconcile.Health{} // nothing was good, and everything is new
	}
	gate := u.gateOf()
	over := time.NewTimer(u.trial.Window)
	defer over.Stop()
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", false
		case <-over.C:
			return strings.Join(gate.Judge(before, u.n.Health()), "; "), true
		case <-ticker.C:
			if sick := gate.Hopeless(before, u.n.Health()); len(sick) > 0 {
				return strings.Join(sick, "; "), true
			}
		}
	}
}

func (u *upgrades) gateOf() reconcile.Gate {
	return reconcile.Gate{Window: u.trial.Window, Good: 1 - u.trial.MaxBad, Failed: u.n.site().Changes.MaxFailed / 100, Restarts: u.trial.Restarts}
}

// await waits until the cloud sees this version run: the way to it works.
func (u *upgrades) await(ctx context.Context) (sick string, ended bool) {
	u.set("waiting")
	late := time.NewTimer(u.trial.Confirm)
	defer late.Stop()
	for {
		select {
		case <-ctx.Done():
			return "", false
		case digest := <-u.confirmed:
			if digest == u.trial.Digest {
				return "", true
			}
		case <-late.C:
			return fmt.Sprintf("the cloud did not see it within %v", u.trial.Confirm), true
		}
	}
}

func (u *upgrades) set(phase string) {
	u.mu.Lock()
	u.phase = phase
	u.mu.Unlock()
	u.n.reportToCloud()
}

// confirm has this version stay, and the stores written in its form from the next start on.
func (u *upgrades) confirm() error {
	if err := u.programs.Confirm(u.trial.Digest); err != nil {
		return err
	}
	u.n.means.Logger.Info("this version of the program is confirmed", "version", u.trial.Version)
	u.end()
	u.n.collect()
	return format.Raise(u.n.means.Dir, u.n.means.Version)
}

// revert has what ran before run again.
func (u *upgrades) revert(reason string) error {
	u.n.means.Logger.Error("this version of the program is reverted", "version", u.trial.Version, "reason", reason)
	if err := u.programs.Revert(u.trial.Digest, reason); err != nil {
		return err
	}
	u.self.Unguard()
	u.n.Relaunch("to run the version before again: " + reason)
	return nil
}

func (u *upgrades) end() {
	u.self.Unguard()
	u.mu.Lock()
	u.trial, u.phase = nil, ""
	close(u.ended)
	u.mu.Unlock()
	u.n.reportToCloud()
}

// confirmedBy takes the cloud's word that it sees a version run.
func (u *upgrades) confirmedBy(digest string) {
	if u == nil || digest == "" {
		return
	}
	select {
	case u.confirmed <- digest:
	default: // it is being confirmed
	}
}

// resume returns what came of an upgrade that an earlier process has begun.
func (u *upgrades) resume(ctx context.Context, key string) (a uplink.Answer, err error) {
	if u == nil {
		return a, errors.New("this program cannot be changed from the cloud")
	}
	u.mu.Lock()
	mine := u.trial != nil && u.trial.Key == key
	u.mu.Unlock()
	if mine {
		select {
		case <-u.ended:
		case <-ctx.Done():
			return a, ctx.Err()
		}
	}
	s, err := u.programs.State()
	switch {
	case err != nil:
		return a, err
	case s.Trial != nil && s.Trial.Key == key: // a later start is the outcome
		<-ctx.Done()
		return a, ctx.Err()
	case s.Last == nil || s.Last.Key != key:
		return a, errors.New("the node stopped before the version was installed: nothing was changed")
	case !s.Last.Confirmed:
		return a, fmt.Errorf("reverted: %s", s.Last.Reason)
	}
	a.Detail = "version " + s.Last.Version
	return a, nil
}

// report is what the cloud is told of the program; nil where it was never changed.
func (u *upgrades) report() *wire.Program {
	if u == nil {
		return nil
	}
	u.mu.Lock()
	trial, phase := u.trial, u.phase
	u.mu.Unlock()
	if trial != nil {
		return &wire.Program{Digest: trial.Digest, Version: trial.Version, Phase: phase}
	}
	s, err := u.programs.State()
	if err != nil || s.Last == nil {
		return nil
	}
	p := &wire.Program{Digest: s.Last.Digest, Version: s.Last.Version, Phase: "confirmed"}
	if !s.Last.Confirmed {
		p.Phase, p.Reason = "reverted", link.Cut(s.Last.Reason)
	}
	return p
}
