package link

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// GroupOptions are what a group is opened with.
type GroupOptions struct {
	Parameters
	Addresses []string      // of the station, the preferred one first
	T0        time.Duration // how long connecting may take; and how long an address rests that failed
	Open      func(ctx context.Context, address string) (protocols.Transport, error)
	Handle    func(asdu []byte) // as in Options
	Logger    *slog.Logger

	// Switched is called when another connection was started in the place of one that broke, before anybody can send on
	// it: what was asked on the broken one is not answered any more, and what came meanwhile may be missing.
	Switched func(broken *Conn)
}

// Group is the connections to one station (104 §10, redundancy groups). One is started; those to its other addresses are
// kept ready, unstarted and tested, and one of them is started when it breaks. When none is ready then, the group is
// broken. It may be used concurrently.
type Group struct {
	options GroupOptions
	stop    context.CancelFunc
	keeping sync.WaitGroup
	broken  chan struct{} // closed with the cause in err

	mutex   sync.Mutex
	active  *Conn
	changed chan struct{}    // closed when active is another one
	standby map[string]*Conn // by address, connected and not started
	at      string           // the address of active
	err     error
}

// OpenGroup connects to a station and starts the first connection that comes about, by the order of the addresses. The
// others are connected then.
func OpenGroup(ctx context.Context, o GroupOptions) (*Group, error) {
	g := &Group{options: o, standby: map[string]*Conn{}, changed: make(chan struct{}), broken: make(chan struct{})}
	var failures []error
	for _, address := range o.Addresses {
		conn, err := g.connect(ctx, address)
		if err == nil {
			if err = g.start(ctx, conn); err == nil {
				g.active, g.at = conn, address
				break
			}
			conn.Close()
		}
		failures = append(failures, fmt.Errorf("%s: %w", address, err))
	}
	if g.active == nil {
		return nil, errors.Join(failures...)
	}
	keep, stop := context.WithCancel(context.Background())
	g.stop = stop
	g.keeping.Go(func() { g.guarded(func() { g.watch(keep) }) })
	if len(o.Addresses) > 1 {
		for _, address := range o.Addresses {
			g.keeping.Go(func() { g.guarded(func() { g.keep(keep, address) }) })
		}
	}
	return g, nil
}

// guarded runs a goroutine whose panic breaks the group.
func (g *Group) guarded(run func()) {
	if panicked := supervisor.Guard(run); panicked != nil {
		g.fail(panicked)
	}
}

// connect opens a connection that is not started.
func (g *Group) connect(ctx context.Context, address string) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, g.options.T0)
	defer cancel()
	transport, err := g.options.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	return Open(transport, Options{Parameters: g.options.Parameters, Handle: g.options.Handle}), nil
}

// start starts a connection. That it takes no longer than t1, the machine sees to.
func (g *Group) start(ctx context.Context, conn *Conn) error {
	if err := conn.Ask(ctx, apdu.StartAct); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

// Active returns the started connection.
func (g *Group) Active() *Conn {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.active
}

// Started returns the started connection to send on. While a broken one is being replaced it waits for the other. Its
// errors are *Failure.
func (g *Group) Started(ctx context.Context) (*Conn, error) {
	for {
		g.mutex.Lock()
		conn, changed, err := g.active, g.changed, g.err
		g.mutex.Unlock()
		if err != nil {
			return nil, &Failure{Err: err}
		}
		if conn.Err() == nil || len(g.options.Addresses) == 1 {
			return conn, nil
		}
		select {
		case <-changed:
		case <-g.broken:
		case <-ctx.Done():
			return nil, &Failure{Err: context.Cause(ctx)}
		}
	}
}

// Test has the station answer a TESTFR on the started connection.
func (g *Group) Test(ctx context.Context) error {
	conn, err := g.Started(ctx)
	if err != nil {
		return err
	}
	return conn.Ask(ctx, apdu.TestAct)
}

// Done returns a channel that is closed when the group cannot be used any more.
func (g *Group) Done() <-chan struct{} { return g.broken }

// Err returns why the group is broken; nil while it is not.
func (g *Group) Err() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.err
}

// TakesOver reports whether another connection may yet be started where the started one breaks.
func (g *Group) TakesOver() bool { return len(g.options.Addresses) > 1 && g.Err() == nil }

func (g *Group) fail(err error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.err == nil {
		g.err = err
		close(g.broken)
	}
}

// watch starts another connection whenever the started one breaks.
func (g *Group) watch(ctx context.Context) {
	for {
		active := g.Active()
		select {
		case <-active.Done():
		case <-ctx.Done():
			return
		}
		active.Close()
		if !g.takeOver(ctx) {
			g.fail(active.Err())
			return
		}
		g.options.Logger.Warn("another connection was started", "address", g.at, "error", active.Err())
	}
}

// takeOver starts the first of the others that can be.
func (g *Group) takeOver(ctx context.Context) bool {
	for _, address := range g.options.Addresses {
		conn := g.takeStandby(address)
		if conn == nil {
			continue
		}
		if err := g.start(ctx, conn); err != nil {
			g.options.Logger.Warn("start another connection", "address", address, "error", err)
			conn.Close()
			continue
		}
		g.options.Switched(g.Active())
		g.mutex.Lock()
		g.active, g.at = conn, address
		close(g.changed)
		g.changed = make(chan struct{})
		g.mutex.Unlock()
		return true
	}
	return false
}

// takeStandby takes a connection that is ready; nil where there is none.
func (g *Group) takeStandby(address string) *Conn {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	conn := g.standby[address]
	delete(g.standby, address)
	return conn
}

// keep keeps an address connected that is not the started one, looking after it every t0 and when it breaks.
func (g *Group) keep(ctx context.Context, address string) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		timer.Reset(g.options.T0)
		if !g.lacks(address) {
			continue
		}
		conn, err := g.connect(ctx, address)
		if err != nil {
			if ctx.Err() == nil {
				g.options.Logger.Warn("connect to another address of the station", "address", address, "error", err)
			}
			continue
		}
		g.mutex.Lock()
		g.standby[address] = conn
		g.mutex.Unlock()
	}
}

// lacks reports whether there is no connection to an address, and puts away one that is broken.
func (g *Group) lacks(address string) bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	conn := g.standby[address]
	if conn != nil && conn.Err() != nil {
		delete(g.standby, address)
		g.keeping.Go(conn.Close)
		conn = nil
	}
	return conn == nil && g.at != address
}

// Ready returns how many connections are ready beside the started one.
func (g *Group) Ready() (n int) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for _, conn := range g.standby {
		if conn.Err() == nil {
			n++
		}
	}
	return n
}

// goodbye is how long a station may take to confirm that it sends no more.
const goodbye = time.Second

// Close stops the started connection where it lives, closes all, and returns when nothing of them is left behind. It may
// be called more than once.
func (g *Group) Close() {
	g.stop()
	active := g.Active()
	if active.Err() == nil && g.Err() == nil {
		ctx, cancel := context.WithTimeout(context.Background(), goodbye)
		_ = active.Ask(ctx, apdu.StopAct) // it is closed in any case
		cancel()
	}
	active.Close()
	g.keeping.Wait()
	g.fail(ErrClosed)
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.active.Close()
	for _, conn := range g.standby {
		conn.Close()
	}
}
