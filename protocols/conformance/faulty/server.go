package faulty

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols"
)

// Server is the network side of a device. It may be used concurrently.
type Server struct {
	listener net.Listener
	logger   *slog.Logger
	ctx      context.Context //nolint:containedctx // of those that serve, ended by Close
	stop     context.CancelFunc
	serving  sync.WaitGroup

	mutex sync.Mutex
	fault Fault
	other chan struct{} // closed when the fault is another one
	open  map[*Conn]struct{}
}

// Listen listens on host:port for a device. Port 0 takes a free one, which Address tells. ctx is for listening only: the server
// is there until Close.
func Listen(ctx context.Context, address string, logger *slog.Logger) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	s := &Server{listener: listener, logger: logger, other: make(chan struct{}), open: map[*Conn]struct{}{}}
	s.ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	return s, nil
}

// Start has serve have each connection, in a goroutine of its own. The connection is closed when serve returns, when its context
// ends, and by the faults. Start is called once, before Close.
func (s *Server) Start(serve func(context.Context, *Conn)) {
	s.serving.Go(func() {
		err := protocols.Accept(s.ctx, s.listener, func(ctx context.Context, conn net.Conn) { s.serve(ctx, conn, serve) })
		if err != nil {
			s.logger.Error("the device takes no more connections", "error", err)
		}
	})
}

func (s *Server) serve(ctx context.Context, conn net.Conn, serve func(context.Context, *Conn)) {
	c := &Conn{Conn: conn, server: s, closed: make(chan struct{})}
	defer func() { _ = c.Close() }() // who serves it knows what has become of it
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if !s.enter(c) {
		return
	}
	defer s.leave(c)
	serve(ctx, c)
}

// enter takes a connection in, unless the device is not to be reached.
func (s *Server) enter(c *Conn) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.fault == Unreached {
		return false
	}
	s.open[c] = struct{}{}
	return true
}

func (s *Server) leave(c *Conn) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.open, c)
}

// Address returns the host:port that it listens on.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Close stops listening, closes all connections, and returns when nothing is left behind.
func (s *Server) Close() {
	s.stop()
	s.serving.Wait()
}

// Break switches a fault on, in the place of the one that there was; 0 heals.
func (s *Server) Break(f Fault) {
	s.mutex.Lock()
	s.fault = f
	close(s.other)
	s.other = make(chan struct{})
	s.mutex.Unlock()
	if f == Unreached {
		s.Cut()
	}
}

// Heal ends the fault. Connections that are broken stay so.
func (s *Server) Heal() { s.Break(0) }

// Fault returns the fault that there is now.
func (s *Server) Fault() Fault {
	f, _ := s.state()
	return f
}

func (s *Server) state() (f Fault, other <-chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.fault, s.other
}

// Cut closes the connections that there are; new ones are taken.
func (s *Server) Cut() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for c := range s.open {
		_ = c.Close() // who serves it ends with it
	}
}
