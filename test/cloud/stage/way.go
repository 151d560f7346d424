package stage

import (
	"context"
	"net"
	"sync"
	"testing"
)

// Way is the network between a site and its cloud. It may be used concurrently.
type Way struct {
	l net.Listener

	mu    sync.Mutex
	to    string // empty: it is cut
	conns map[net.Conn]bool
	all   sync.WaitGroup
}

// OpenWay opens a way that leads nowhere yet, until the test ends.
func OpenWay(t testing.TB) *Way {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &Way{l: l, conns: map[net.Conn]bool{}}
	w.all.Go(w.accept)
	t.Cleanup(func() {
		_ = l.Close()
		w.Lead("")
		w.all.Wait()
	})
	return w
}

// Address is where the way begins.
func (w *Way) Address() string { return w.l.Addr().String() }

// Lead has the way lead to an address, or nowhere. Connections that it carries end.
func (w *Way) Lead(to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.to = to
	for c := range w.conns {
		_ = c.Close()
	}
}

func (w *Way) accept() {
	var dialer net.Dialer
	for {
		c, err := w.l.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		to := w.to
		w.mu.Unlock()
		far, err := dialer.DialContext(context.Background(), "tcp", to)
		if err != nil {
			_ = c.Close()
			continue
		}
		w.carry(to, c, far)
		w.carry(to, far, c)
	}
}

// carry carries octets one way, unless the way has come to lead somewhere else meanwhile.
func (w *Way) carry(to string, from, into net.Conn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.to != to {
		_, _ = from.Close(), into.Close()
		return
	}
	w.conns[from] = true
	w.all.Go(func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := from.Read(buffer)
			if n > 0 {
				_, _ = into.Write(buffer[:n])
			}
			if err != nil {
				break
			}
		}
		w.mu.Lock()
		delete(w.conns, from)
		w.mu.Unlock()
		_, _ = from.Close(), into.Close()
	})
}
