package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/state"
)

var _ reconcile.Plant = (*Node)(nil)

// unmovable are the kinds that only a start of the node can enter.
var unmovable = []config.Kind{config.KindConsole, config.KindLog, config.KindHistory}

// Check compiles a configuration and says what it would change.
func (n *Node) Check(sources []config.Source) (reconcile.Checked, error) {
	return n.check(sources, n.means.Components.Parse)
}

// check is Check by one way of reading configurations.
func (n *Node) check(sources []config.Source, parse func([]config.Source) (*config.Site, error)) (reconcile.Checked, error) {
	next, err := parse(sources)
	if err != nil {
		return reconcile.Checked{}, err
	}
	if next.Name != n.Site() {
		return reconcile.Checked{}, fmt.Errorf("this is the site %q, and the configuration is for %q: send it to that one, or correct its key site", n.Site(), next.Name)
	}
	catalog := n.means.Components.catalog
	changes := config.Diff(n.site(), next, catalog)
	return reconcile.Checked{
		Document: config.Canonical(next, catalog), Changes: changes, Restart: needsStart(changes),
	}, nil
}

func needsStart(changes []config.Change) bool {
	return slices.ContainsFunc(changes, func(c config.Change) bool { return slices.Contains(unmovable, c.Kind) })
}

// Enter has the node run a generation's document, as far as that needs no start.
func (n *Node) Enter(ctx context.Context, document []byte) error {
	site, err := n.means.Components.parseDocument(document)
	if err != nil {
		return err
	}
	if changes := config.Diff(n.site(), site, n.means.Components.catalog); needsStart(changes) {
		return errors.New("the node must start anew for it")
	}
	next, errs := n.means.Components.scene(site)
	if len(errs) > 0 {
		return errs
	}
	return n.enter(ctx, next)
}

// parseDocument reads a generation, which was checked when it was proposed.
func (c *Components) parseDocument(document []byte) (*config.Site, error) {
	return config.Parse([]config.Source{{Name: "generation.json", Data: document}}, c.catalog, c.checkToRun)
}

// readDocument reads a generation only to compare it.
func (c *Components) readDocument(document []byte) (*config.Site, error) {
	return config.Parse([]config.Source{{Name: "generation.json", Data: document}}, c.catalog)
}

// Restart asks whoever started the node to start it anew.
func (n *Node) Restart(why string) {
	n.means.Logger.Info("the node is to start anew", "why", strings.TrimSpace(why))
	n.restarting.Do(func() { close(n.again) })
}

// Relaunch asks whoever started the node to close it and have its launcher take the process's place.
func (n *Node) Relaunch(why string) {
	n.relaunch.Store(true)
	n.Restart(why)
}

// Relaunching tells whether the launcher is to take the process's place when Restarting says so.
func (n *Node) Relaunching() bool { return n.relaunch.Load() }

// Restarting returns a channel that is closed when the node is to be closed and
// started anew.
func (n *Node) Restarting() <-chan struct{} { return n.again }

// newReconciler makes what changes the configuration of the node.
func (n *Node) newReconciler(o Options) (*reconcile.Reconciler, error) {
	return reconcile.New(reconcile.Options{
		Plant: n, State: n.life.state, Logger: o.Logger, Now: time.Now, Resumed: n.life.resumed, CanRestart: o.CanRestart,
		Told: func(c reconcile.Change) {
			n.journal.stepped(c)
			n.reportToCloud()
		},
		Entered: func() {
			n.forgetCursors(n.scene())
			n.collect()
		},
	})
}

// Propose has the node change to another configuration.
func (n *Node) Propose(p console.Proposal) (reconcile.Checked, reconcile.Change, error) {
	if !p.DryRun && n.onTrial() {
		return reconcile.Checked{}, reconcile.Change{}, errProgramTrial
	}
	says := n.site().Changes
	o := reconcile.Proposal{
		Sources: p.Sources, Origin: p.Origin, Hold: says.Hold, Confirm: p.Confirm, DryRun: p.DryRun,
		Gate: reconcile.Gate{Window: says.Window, Good: says.MinGood / 100, Failed: says.MaxFailed / 100, Restarts: says.Restarts},
	}
	if p.Window != nil {
		o.Gate.Window = *p.Window
	}
	if p.Hold != nil {
		o.Hold = *p.Hold
	}
	return n.changes.Propose(o)
}

// Changes returns the change on trial, and those that ended.
func (n *Node) Changes() (trial *reconcile.Change, ended []reconcile.Change, err error) {
	if c, ok := n.changes.Status(); ok && !c.State.Ended() {
		trial = &c
	}
	ended, err = n.changes.Ends()
	return trial, ended, err
}

// Confirm confirms the change on trial.
func (n *Node) Confirm(generation uint64) error { return n.changes.Confirm(generation) }

// Withdraw takes the change on trial back.
func (n *Node) Withdraw(generation uint64, reason string) error {
	return n.changes.Withdraw(generation, reason)
}

// Generation returns a configuration that is kept; the error is state.ErrNotFound where it is not.
func (n *Node) Generation(number uint64) ([]byte, error) { return n.life.state.Configuration(number) }

// Generations lists the configurations that are kept.
func (n *Node) Generations() (all []state.Generation, running, confirmed uint64, err error) {
	if all, err = n.life.state.Generations(); err != nil {
		return nil, 0, 0, err
	}
	if g, err := n.life.state.Running(); err == nil {
		running = g.Number
	}
	if g, err := n.life.state.Confirmed(); err == nil {
		confirmed = g.Number
	}
	return all, running, confirmed, nil
}
