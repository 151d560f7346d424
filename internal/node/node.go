package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/actors/door"
	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/actors/subscription"
	"github.com/holdfast-edge/holdfast/actors/table"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/internal/trace"
	"github.com/holdfast-edge/holdfast/store/artefacts"
	"github.com/holdfast-edge/holdfast/store/format"
	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/tables"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Options are what a node is started with.
type Options struct {
	Components *Components
	Site       *config.Site // of a file; nil: what the directory says
	Dir        string       // of everything that the node keeps; made where it is missing
	Version    string
	Logger     *slog.Logger
	Faults     Faults // nil on a node that runs a real plant

	// Self is the program as its launcher started it; nil where none did, as in tests: then the program is not changed from
	// the cloud.
	Self *program.Self

	// CanRestart says that whoever starts the node closes it and starts it anew
	// when Restarting says so.
	CanRestart bool
}

// Faults are the switches of a simulated plant.
type Faults interface {
	Faults() []console.Fault
	SetFault(name string, on bool) error
}

// means is what a node has for life, whatever its site.
type means struct {
	Components *Components
	Dir        string
	Version    string
	Logger     *slog.Logger
	Faults     Faults
	Format     int // that the stores are to write, where they know more than one
}

// Node is a running site. Close must be called.
type Node struct {
	means   means
	started time.Time
	running atomic.Pointer[scene]
	life    *life
	log     *log.Log
	history *history.History
	tables  *tables.Engine
	bus     *broker.Bus
	door    *door.Door
	system  *supervisor.System
	journal *journal
	disk    diskWatch
	clock   *clockWatch
	console *console.Server
	cloud   *cloud // nil where the node has joined none

	artefacts *artefacts.Store
	upgrades  *upgrades // nil where the program is not changed from the cloud

	evaluators *rule.Evaluators

	devices meters[endpoint.Meter]
	streams meters[subscription.Meter]
	rules   meters[rule.Meter]
	sinks   meters[sink.Meter]

	recorders recorders
	clockKept time.Time // what the clock showed when that was kept last; of the vigil
	clockLeft bool      // an earlier process has left something unsettled of it
	serving   serving
	tracer    *trace.Tracer

	following sync.WaitGroup

	changes    *reconcile.Reconciler
	again      chan struct{} // closed when the node is to start anew
	restarting sync.Once
	relaunch   atomic.Bool // the launcher is to take this process's place then
}

// Start opens the stores and starts the tree. When it returns an error, nothing
// is left running.
func Start(ctx context.Context, o Options) (*Node, error) {
	n := &Node{
		means:   means{Components: o.Components, Dir: o.Dir, Version: o.Version, Logger: o.Logger, Faults: o.Faults},
		started: time.Now(), journal: newJournal(time.Now), again: make(chan struct{}), tracer: trace.New(time.Now),
	}
	first, err := n.open(o)
	if err != nil {
		return nil, errors.Join(err, n.closeStores())
	}
	n.bus = broker.New(recorder{n.log}).Traced(n.tracer)
	for name := range first.plan.logged {
		n.bus.Stream(name).SetLogged(true)
	}
	n.door = door.New(n.doorConfig(first))
	n.system = supervisor.New(supervisor.Options{Logger: o.Logger})
	n.evaluators = rule.NewEvaluators(n.ruleEnv(first))
	sub := n.system.Subscribe(1024)
	n.following.Go(func() { n.journal.follow(sub) })
	if err := n.grow(ctx); err != nil {
		return nil, errors.Join(err, n.Close(ctx))
	}
	return n, nil
}

// open opens what is on the disk, and makes the console, so that a port that is
// taken is told before anything else. It returns what is to run.
func (n *Node) open(o Options) (first *scene, err error) {
	trial, _ := unproven(o)
	if n.means.Format, err = format.Open(o.Dir, o.Version, trial); err != nil {
		return nil, err
	}
	o.Components.Artefacts(o.Dir)
	if n.life, err = openLife(o); err != nil {
		return nil, err
	}
	n.openUpgrades(o)
	n.openArtefacts(int64(n.life.site.Uplink.MaxArtefacts))
	first, errs := o.Components.scene(n.life.site)
	if len(errs) > 0 {
		return nil, errs
	}
	n.tellDamage()
	n.openClock()
	first.resting = n.life.resting
	n.running.Store(first)
	if err := n.openStores(o, first.site); err != nil {
		return nil, err
	}
	if !n.life.resumed { // else what ran before may have to run again
		n.forgetCursors(first)
	}
	if n.changes, err = n.newReconciler(o); err != nil {
		return nil, err
	}
	return first, n.openCloud(o.CanRestart)
}

func (n *Node) openStores(o Options, site *config.Site) (err error) {
	n.log, err = log.Open(log.Options{
		Dir: filepath.Join(o.Dir, "log"), Site: site.Name, Logger: o.Logger,
		CommitEvery: site.Log.CommitInterval, CommitBytes: int(site.Log.CommitSize), SegmentBytes: int64(site.Log.SegmentSize),
		Trace: n.tracer,
	})
	if err != nil {
		return err
	}
	n.beginClock()
	n.history, err = history.Open(history.Options{
		Dir: filepath.Join(o.Dir, "history"), Logger: o.Logger,
		MaxAge: lifetime(site.History.MaxAge), MaxBytes: int64(site.History.MaxSize),
		Minutes: history.Retention{MaxAge: lifetime(site.History.Minutes.MaxAge), MaxBytes: int64(site.History.Minutes.MaxSize)},
		Hours:   history.Retention{MaxAge: lifetime(site.History.Hours.MaxAge), MaxBytes: int64(site.History.Hours.MaxSize)},
	})
	if err != nil {
		return err
	}
	if n.tables, err = tables.New(tables.Options{Source: n.history, Catalog: n.catalog}); err != nil {
		return err
	}
	n.console, err = console.Open(console.Options{
		Listen: site.Console.Listen, TLS: site.Console.TLS, Tokens: site.Console.Tokens, Dir: filepath.Join(o.Dir, "console"), Actor: "/core/console",
		Node: n, Tables: n.tables, History: n.history, Catalog: n.catalog, Logger: o.Logger,
	})
	return err
}

// lifetime is a maximal age as it is configured, where 0 sets no bound.
func lifetime(configured time.Duration) time.Duration {
	if configured == 0 {
		return 200 * 365 * 24 * time.Hour
	}
	return configured
}

// grow starts the tree, in the order of the package comment.
func (n *Node) grow(ctx context.Context) error {
	core := supervisor.Spec{
		Name: "core", Kind: "core", Strategy: supervisor.RestForOne, New: supervisor.Group(
			service("log", n.log.Run),
			service("history", n.runHistory),
			n.vigilSpec(),
			supervisor.Spec{Name: "console", Kind: "service", Policy: supervisor.PortPolicy(), New: supervisor.Service(n.console.Serve)},
		),
	}
	for _, spec := range []supervisor.Spec{core, branch("sinks"), n.evaluators.Spec(), branch("tables"), branch("rules"), branch("subscriptions"), branch("endpoints"), branch("servers")} {
		if _, err := n.system.Spawn(spec); err != nil {
			return fmt.Errorf("start %s: %w", spec.Name, err)
		}
	}
	if err := n.growCloud(); err != nil {
		return err
	}
	if err := n.beginAll(ctx, n.parts(n.scene())); err != nil {
		return err
	}
	for _, spec := range []supervisor.Spec{n.door.Spec(), service("reconcile", n.changes.Run)} {
		if _, err := n.system.Spawn(spec); err != nil {
			return fmt.Errorf("start %s: %w", spec.Name, err)
		}
	}
	return ctx.Err()
}

func service(name string, run func(context.Context) error) supervisor.Spec {
	return supervisor.Spec{Name: name, Kind: "service", New: supervisor.Service(run)}
}

// branch is a part of the tree that a site fills.
func branch(name string) supervisor.Spec {
	return supervisor.Spec{Name: name, Kind: "group", New: supervisor.Group()}
}

// historyCursor is the name of the history's cursor in the log.
const historyCursor = "history"

// forgetCursors lets go of what the log keeps for sinks and rules that are
// configured no more.
func (n *Node) forgetCursors(s *scene) {
	wanted := map[string]bool{historyCursor: true, sink.CursorName(telemetryName): len(s.site.Uplink.Streams) > 0}
	for _, c := range s.plan.sinks {
		wanted[sink.CursorName(c.Config.Name)] = true
	}
	states := map[string]bool{}
	for _, c := range s.plan.rules {
		states[rule.LogName(c.Name)] = true
		wanted[rule.LogName(c.Name)] = c.Durable
	}
	for _, c := range n.log.Stats().Cursors {
		if !wanted[c.Name] {
			n.withdraw(c.Name)
		}
	}
	for _, t := range s.plan.tables {
		states[table.LogName(t.config.Name, t.config.Append)] = true
	}
	n.forgetStates(states)
}

// forgetStates lets go of the state of rules and tables that are configured no more.
func (n *Node) forgetStates(wanted map[string]bool) {
	names, err := n.log.Checkpoints()
	if err != nil {
		n.means.Logger.Warn("states not looked through", "error", err)
	}
	for _, name := range names {
		if !wanted[name] {
			n.log.Checkpoint(name, nil)
		}
	}
}

// runHistory feeds the history from the log, one scene after the other.
func (n *Node) runHistory(ctx context.Context) (err error) {
	for err == nil && ctx.Err() == nil {
		s := n.scene()
		err = during(ctx, s.left, func(ctx context.Context) error { return n.runHistoryOf(ctx, s) })
	}
	return err
}

// during calls run with a context that is done when ctx is, or when ended is
// closed. How run ends then is no error.
func during(ctx context.Context, ended <-chan struct{}, run func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-ended:
			cancel()
		case <-ctx.Done():
		}
	})
	defer watching.Wait()
	defer cancel()
	if err := run(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}

// runHistoryOf feeds the history while a scene runs. Without streams it has
// nothing to do, and holds nothing back.
func (n *Node) runHistoryOf(ctx context.Context, s *scene) error {
	streams := keys(s.plan.history)
	if len(streams) == 0 {
		n.log.RemoveCursor(historyCursor)
		<-ctx.Done()
		return nil
	}
	options := history.CursorOptions(streams...)
	options.Quota.Bytes = int64(s.site.Log.MaxSize)
	cursor, err := n.log.Cursor(historyCursor, options)
	if err != nil {
		return err
	}
	defer cursor.Close()
	return n.history.Run(ctx, placed{cursor, n.clock})
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
	if n.tables != nil {
		errs = append(errs, n.tables.Close())
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

// ConsoleURL returns where the console is, or is to be.
func (n *Node) ConsoleURL() string { return n.console.URL() }

// ConsoleReachable returns a channel that is closed when the console has had its
// address once. A node whose console waits for that runs its plant meanwhile.
func (n *Node) ConsoleReachable() <-chan struct{} { return n.console.Reachable() }

// ConsolePassword returns the console's password where this start has made it,
// to be shown once when the console is reachable; nobody can tell it again.
func (n *Node) ConsolePassword() string { return n.console.NewPassword() }
