package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/actors/door"
	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/actors/subscription"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Options are what a node is started with.
type Options struct {
	Components *Components
	Site       *config.Site
	Dir        string // of everything that the node keeps; made where it is missing
	Version    string
	Logger     *slog.Logger
	Faults     Faults // nil on a node that runs a real plant
}

// Faults are the switches of a simulated plant.
type Faults interface {
	Faults() []console.Fault
	SetFault(name string, on bool) error
}

// Node is a running site. Close must be called.
type Node struct {
	options Options
	started time.Time
	plan    *plan
	life    *life
	log     *log.Log
	history *history.History
	bus     *broker.Bus
	door    *door.Door
	system  *supervisor.System
	journal *journal
	console *console.Server

	devices meters[endpoint.Meter]
	streams meters[subscription.Meter]
	rules   meters[rule.Meter]
	sinks   meters[sink.Meter]

	following sync.WaitGroup
}

// Start opens the stores and starts the tree. When it returns an error, nothing
// is left running.
func Start(ctx context.Context, o Options) (*Node, error) {
	plan, errs := o.Components.plan(o.Site)
	if len(errs) > 0 {
		return nil, errs
	}
	n := &Node{options: o, started: time.Now(), plan: plan, journal: newJournal(time.Now)}
	if err := n.open(); err != nil {
		return nil, errors.Join(err, n.closeStores())
	}
	n.forgetCursors()
	n.bus = broker.New(recorder{n.log})
	for name := range plan.logged {
		n.bus.Stream(name).SetLogged(true)
	}
	n.door = n.newDoor()
	n.system = supervisor.New(supervisor.Options{Logger: o.Logger})
	sub := n.system.Subscribe(1024)
	n.following.Go(func() { n.journal.follow(sub) })
	if err := n.grow(ctx); err != nil {
		return nil, errors.Join(err, n.Close(ctx))
	}
	return n, nil
}

// open opens what is on the disk, and the console's socket, so that a port that
// is taken is known before anything starts.
func (n *Node) open() (err error) {
	o, site := n.options, n.options.Site
	if n.life, err = openLife(o); err != nil {
		return err
	}
	n.log, err = log.Open(log.Options{
		Dir: filepath.Join(o.Dir, "log"), Site: site.Name, Logger: o.Logger,
		CommitEvery: site.Log.CommitInterval, CommitBytes: int(site.Log.CommitSize), SegmentBytes: int64(site.Log.SegmentSize),
	})
	if err != nil {
		return err
	}
	n.history, err = history.Open(history.Options{
		Dir: filepath.Join(o.Dir, "history"), Logger: o.Logger,
		MaxAge: site.History.MaxAge, MaxBytes: int64(site.History.MaxSize),
	})
	if err != nil {
		return err
	}
	n.console, err = console.Open(console.Options{
		Listen: site.Console.Listen, TLS: site.Console.TLS, Dir: filepath.Join(o.Dir, "console"), Actor: "/core/console",
		Node: n, Logger: o.Logger,
	})
	return err
}

// grow starts the tree, in the order of the package comment.
func (n *Node) grow(ctx context.Context) error {
	core := supervisor.Spec{
		Name: "core", Kind: "core", Strategy: supervisor.RestForOne, New: supervisor.Group(
			service("log", n.log.Run),
			service("history", n.runHistory),
			service("console", n.console.Serve),
			n.vigilSpec(),
		),
	}
	branches := []supervisor.Spec{
		core,
		branch("sinks", n.sinkSpecs()),
		branch("rules", n.ruleSpecs()),
		branch("subscriptions", n.subscriptionSpecs()),
		branch("endpoints", n.endpointSpecs()),
		n.door.Spec(),
	}
	for _, spec := range branches {
		if _, err := n.system.Spawn(spec); err != nil {
			return fmt.Errorf("start %s: %w", spec.Name, err)
		}
	}
	return ctx.Err()
}

func service(name string, run func(context.Context) error) supervisor.Spec {
	return supervisor.Spec{Name: name, Kind: "service", New: supervisor.Service(run)}
}

func branch(name string, children []supervisor.Spec) supervisor.Spec {
	return supervisor.Spec{Name: name, Kind: "group", New: supervisor.Group(children...)}
}

// historyCursor is the name of the history's cursor in the log.
const historyCursor = "history"

// forgetCursors lets go of what the log keeps for sinks that are configured no
// more.
func (n *Node) forgetCursors() {
	wanted := map[string]bool{historyCursor: true}
	for _, c := range n.plan.sinks {
		wanted[sink.CursorName(c.Config.Name)] = true
	}
	for _, c := range n.log.Stats().Cursors {
		if !wanted[c.Name] {
			n.options.Logger.Warn("what was kept for a sink that is configured no more is let go", "cursor", c.Name, "records", c.Lag)
			n.log.RemoveCursor(c.Name)
		}
	}
}

// runHistory feeds the history from the log. Without streams it has nothing to
// do, and holds nothing back.
func (n *Node) runHistory(ctx context.Context) error {
	streams := keys(n.plan.history)
	if len(streams) == 0 {
		n.log.RemoveCursor(historyCursor)
		return nil
	}
	options := history.CursorOptions(streams...)
	options.Quota.Bytes = int64(n.options.Site.Log.MaxSize)
	cursor, err := n.log.Cursor(historyCursor, options)
	if err != nil {
		return err
	}
	defer cursor.Close()
	if err := n.history.Run(ctx, cursor); ctx.Err() == nil {
		return err
	}
	return nil
}

func (n *Node) endpointSpecs() (specs []supervisor.Spec) {
	env := endpoint.Env{
		Site: n.options.Site.Name, System: n.system, Bus: n.bus, Logger: n.options.Logger,
		Meter: n.devices.of, Wrote: n.journal.wrote, Now: time.Now, Random: rand.Float64,
	}
	for _, c := range n.plan.endpoints {
		specs = append(specs, endpoint.Spec(env, c))
	}
	return specs
}

func (n *Node) subscriptionSpecs() (specs []supervisor.Spec) {
	env := subscription.Env{
		Site: n.options.Site.Name, System: n.system, Bus: n.bus, Logger: n.options.Logger,
		Now: time.Now, Meter: n.streams.of, Refused: n.journal.messageRefused,
	}
	for _, c := range n.plan.streams {
		specs = append(specs, subscription.Spec(env, c))
	}
	return specs
}

func (n *Node) ruleSpecs() (specs []supervisor.Spec) {
	env := rule.Env{
		Site: n.options.Site.Name, System: n.system, Bus: n.bus, Now: time.Now,
		Write: n.command, Meter: n.rules.of, Failed: n.journal.ruleFailed,
	}
	for _, c := range n.plan.rules {
		if !n.life.resting[c.Name] {
			specs = append(specs, rule.Spec(env, c))
		}
	}
	return specs
}

func (n *Node) sinkSpecs() (specs []supervisor.Spec) {
	env := sink.Env{
		Site: n.options.Site.Name, System: n.system, Log: n.log, Logger: n.options.Logger,
		Now: time.Now, Meter: n.sinks.of, MaxBacklog: int64(n.options.Site.Log.MaxSize),
		Bury: func(ctx context.Context, stream string, letters *tag.Batch) error {
			return n.bus.Stream(stream).Commit(ctx, letters)
		},
	}
	for _, c := range n.plan.sinks {
		specs = append(specs, sink.Spec(env, c))
	}
	return specs
}

// Close stops the tree, sources first, and closes the stores. What is committed
// is on the disk when it returns; after ctx is done it returns with what still
// runs.
func (n *Node) Close(ctx context.Context) error {
	err := n.system.Shutdown(ctx)
	if err != nil {
		return err // what still runs may still use the stores
	}
	n.following.Wait()
	return errors.Join(n.life.state.MarkHealthy(), n.closeStores()) // an orderly stop is no death
}

func (n *Node) closeStores() error {
	var errs []error
	if n.console != nil {
		errs = append(errs, n.console.Close())
	}
	if n.history != nil {
		errs = append(errs, n.history.Close())
	}
	if n.log != nil {
		errs = append(errs, n.log.Close())
	}
	if n.life != nil {
		errs = append(errs, n.life.state.Close())
	}
	return errors.Join(errs...)
}

// ConsoleURL returns where the console is.
func (n *Node) ConsoleURL() string { return n.console.URL() }

// ConsolePassword returns the console's password where this start has made it,
// to be shown once; nobody can tell it again.
func (n *Node) ConsolePassword() string { return n.console.NewPassword() }
