package fleet

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// firewall is a plant's only way out: an HTTP proxy that connects by CONNECT, until it is shut.
type firewall struct {
	server *http.Server
	url    string
	ended  chan struct{}

	mu   sync.Mutex
	shut bool
	open map[net.Conn]struct{}
}

func startFirewall(ctx context.Context, logger *slog.Logger) (*firewall, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &firewall{url: "http://" + l.Addr().String(), ended: make(chan struct{}), open: map[net.Conn]struct{}{}}
	f.server = &http.Server{
		Handler: http.HandlerFunc(f.connect), ReadHeaderTimeout: time.Minute, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	go func() {
		defer close(f.ended)
		_ = f.server.Serve(l) // until close
	}()
	return f, nil
}

// connect carries octets between a node and what it asked for, until either end or the firewall has enough.
func (f *firewall) connect(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodConnect {
		http.Error(w, "this proxy only connects", http.StatusMethodNotAllowed)
		return
	}
	var d net.Dialer
	far, err := d.DialContext(r.Context(), "tcp", r.Host)
	if err != nil || !f.enter(far) {
		http.Error(w, "nothing gets out", http.StatusBadGateway)
		return
	}
	defer f.leave(far)
	near, _, err := w.(http.Hijacker).Hijack() // HTTP/1 is all that it serves
	if err != nil || !f.enter(near) {
		return
	}
	defer f.leave(near)
	if _, err := io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	var up sync.WaitGroup
	up.Go(func() {
		_, _ = io.Copy(far, near)
		_ = far.Close()
	})
	_, _ = io.Copy(near, far)
	_ = near.Close()
	up.Wait()
}

// enter tells whether a connection may go on.
func (f *firewall) enter(c net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shut {
		_ = c.Close()
		return false
	}
	f.open[c] = struct{}{}
	return true
}

func (f *firewall) leave(c net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, c)
	_ = c.Close()
}

// setShut lets nothing out any more, or everything again.
func (f *firewall) setShut(shut bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.shut = shut
	for c := range f.open {
		if shut {
			_ = c.Close()
		}
	}
}

func (f *firewall) close() error {
	f.setShut(true)
	err := f.server.Close()
	<-f.ended
	return errors.Join(err)
}
