package conformance

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/internal/ports"
)

// Relay passes connections on to a far end, and spoils them when told to.
type Relay struct {
	target   string
	address  string
	mu       sync.Mutex
	changed  *sync.Cond
	listener net.Listener
	conns    map[net.Conn]struct{}
	cuts     int  // how often all were cut
	frozen   bool // octets are taken from nobody
	budget   int  // octets that pass towards the far end before the cut; 0: no cut
	running  sync.WaitGroup
}

// NewRelay listens on a free port, until the test ends.
func NewRelay(t *testing.T, target string) *Relay {
	t.Helper()
	r := &Relay{target: target, conns: map[net.Conn]struct{}{}}
	r.changed = sync.NewCond(&r.mu)
	r.address = ports.Free(t).Address()
	r.Listen(t)
	t.Cleanup(func() {
		r.Thaw()
		r.Stop()
		r.running.Wait()
	})
	return r
}

// Address returns where the relay listens.
func (r *Relay) Address() string { return r.address }

// Listen takes connections again after Stop, on the same port.
func (r *Relay) Listen(t *testing.T) {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", r.address)
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	r.mu.Lock()
	r.listener = l
	r.mu.Unlock()
	r.running.Go(func() { r.accept(l) })
}

// Stop closes the port and cuts every connection.
func (r *Relay) Stop() {
	r.mu.Lock()
	if r.listener != nil {
		_ = r.listener.Close()
		r.listener = nil
	}
	r.mu.Unlock()
	r.Cut()
}

// Cut ends every connection.
func (r *Relay) Cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut()
}

// cut ends every connection, and those of which only one side is there yet. The caller holds mu.
func (r *Relay) cut() {
	r.cuts++
	for c := range r.conns {
		_ = c.Close()
	}
}

// CutAfter ends the connections once so many octets have gone to the far end.
func (r *Relay) CutAfter(octets int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.budget = octets
}

// Freeze makes the network swallow everything in both directions without a word.
func (r *Relay) Freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frozen = true
}

// Thaw ends Freeze for new connections and old ones.
func (r *Relay) Thaw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.frozen = false
	r.changed.Broadcast()
}

// stutter freezes and thaws by turns until it is ended.
func (r *Relay) stutter() (end func()) {
	stop := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			r.Freeze()
			<-time.After(10 * time.Millisecond)
			r.Thaw()
		}
	})
	return func() {
		close(stop)
		running.Wait()
	}
}

func (r *Relay) accept(l net.Listener) {
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		cuts := r.counted()
		far, err := new(net.Dialer).DialContext(context.Background(), "tcp", r.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		r.join(l, near, far, cuts)
	}
}

func (r *Relay) counted() (cuts int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cuts
}

// join passes from one side to the other, unless the connections were cut meanwhile.
func (r *Relay) join(l net.Listener, near, far net.Conn, cuts int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cuts != cuts || r.listener != l {
		_, _ = near.Close(), far.Close()
		return
	}
	r.conns[near], r.conns[far] = struct{}{}, struct{}{}
	r.running.Go(func() { r.pass(far, near, true) })
	r.running.Go(func() { r.pass(near, far, false) })
}

// pass copies until either side ends, and ends both.
func (r *Relay) pass(to, from net.Conn, outward bool) {
	defer func() {
		_ = to.Close()
		_ = from.Close()
		r.mu.Lock()
		delete(r.conns, to)
		delete(r.conns, from)
		r.mu.Unlock()
	}()
	buf := make([]byte, 16<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || !r.lets(n, outward) {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// lets waits while the relay is frozen, and reports false where the cut is due.
func (r *Relay) lets(n int, outward bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.frozen {
		r.changed.Wait()
	}
	if !outward || r.budget == 0 {
		return true
	}
	if r.budget -= n; r.budget > 0 {
		return true
	}
	r.budget = 0
	r.cut()
	return false
}
