package faultline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
)

// Line is a running relay. It may be used concurrently.
type Line struct {
	listener net.Listener
	target   string
	logger   *slog.Logger

	ctx    context.Context //nolint:containedctx // of the relay's goroutines, ended by Close
	cancel context.CancelFunc
	done   sync.WaitGroup

	mutex    sync.Mutex
	faults   map[byte]Fault
	all      Fault
	refuse   bool
	halfOpen bool
	healed   chan struct{} // closed by the next Heal
	open     map[net.Conn]struct{}

	requests atomic.Uint64
}

// Listen starts a relay on host:port to the server at target. Port 0 takes a free one, which Address tells. The relay
// runs until Close.
func Listen(ctx context.Context, address, target string, logger *slog.Logger) (*Line, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	l := &Line{
		listener: listener, target: target, logger: logger, faults: map[byte]Fault{}, healed: make(chan struct{}), open: map[net.Conn]struct{}{},
	}
	l.ctx, l.cancel = context.WithCancel(context.WithoutCancel(ctx))
	l.done.Go(l.accept)
	return l, nil
}

// Address returns the host:port that clients connect to.
func (l *Line) Address() string { return l.listener.Addr().String() }

// Requests returns how many requests clients have sent.
func (l *Line) Requests() uint64 { return l.requests.Load() }

// Set switches the fault of one unit.
func (l *Line) Set(unit byte, f Fault) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.faults[unit] = f
}

// SetAll switches the fault of all units that have none of their own.
func (l *Line) SetAll(f Fault) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.all = f
}

// Fault returns the fault that a unit has now.
func (l *Line) Fault(unit byte) Fault {
	f, _ := l.judge(unit)
	return f
}

// judge returns the fault that a unit has now, and what is closed when it is healed.
func (l *Line) judge(unit byte) (Fault, <-chan struct{}) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if f := l.faults[unit]; f.Kind != None {
		return f, l.healed
	}
	return l.all, l.healed
}

// Heal ends all faults. Connections that are broken stay so; replies that were held are sent.
func (l *Line) Heal() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	close(l.healed)
	l.healed = make(chan struct{})
	clear(l.faults)
	l.all, l.refuse, l.halfOpen = Fault{}, false, false
}

// Refuse makes the relay close new connections at once, or take them again. Open ones are closed.
func (l *Line) Refuse(on bool) {
	l.mutex.Lock()
	l.refuse = on
	l.mutex.Unlock()
	if on {
		l.Cut()
	}
}

// HalfOpen makes the relay take what is sent on every connection and never answer, or answer again.
func (l *Line) HalfOpen(on bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.halfOpen = on
}

// Cut closes the open connections and returns how many there were.
func (l *Line) Cut() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for conn := range l.open {
		conn.Close()
	}
	return len(l.open)
}

// Connections returns how many clients are connected.
func (l *Line) Connections() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return len(l.open)
}

// Close ends the relay and all its connections, and waits for them.
func (l *Line) Close() error {
	l.cancel()
	err := l.listener.Close()
	l.Cut()
	l.done.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (l *Line) accept() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		if !l.enter(conn) {
			conn.Close()
			continue
		}
		l.done.Go(func() {
			defer l.leave(conn)
			l.relay(conn)
		})
	}
}

func (l *Line) enter(conn net.Conn) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.refuse || l.ctx.Err() != nil {
		return false
	}
	l.open[conn] = struct{}{}
	return true
}

func (l *Line) leave(conn net.Conn) {
	conn.Close()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.open, conn)
}
