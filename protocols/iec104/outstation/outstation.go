package outstation

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// Outstation is a running server of stations. It may be used concurrently.
type Outstation struct {
	listener net.Listener
	options  Options
	state    *state
	stop     context.CancelFunc
	serving  sync.WaitGroup

	mutex    sync.Mutex
	stations map[uint16]*Station
	clients  map[*client]struct{}
	pending  []event // of stations, for when somebody listens
	heard    []apdu.Header
}

// Options are what an outstation is run with.
type Options struct {
	link.Parameters
	Terminates bool // it sends ACTTERM after commands, too
	Logger     *slog.Logger
}

// Standard returns options with the parameters of the standard.
func Standard(logger *slog.Logger) Options {
	return Options{Parameters: link.Standard(), Terminates: true, Logger: logger}
}

// Listen starts an outstation on host:port. Port 0 takes a free one, which Address tells. ctx is for listening only: it
// runs until Close.
func Listen(ctx context.Context, address string, o Options) (*Outstation, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	run, stop := context.WithCancel(context.Background())
	s := &Outstation{listener: listener, options: o, stop: stop, state: newState(), stations: map[uint16]*Station{}, clients: map[*client]struct{}{}}
	s.serving.Go(func() {
		if err := protocols.Accept(run, listener, s.serve); err != nil {
			o.Logger.Error("the outstation takes no more connections", "error", err)
		}
	})
	return s, nil
}

// Address returns the host:port that it listens on.
func (s *Outstation) Address() string { return s.listener.Addr().String() }

// Close stops listening, closes all connections, and returns when nothing is left behind.
func (s *Outstation) Close() error {
	s.stop()
	s.cut()
	s.serving.Wait()
	return nil
}

// Break switches a fault on, in the place of the one that there was; 0 heals.
func (s *Outstation) Break(f Fault) {
	s.state.set(f)
	if f == Unreached {
		s.cut()
	}
}

func (s *Outstation) now() Fault {
	f, _ := s.state.now()
	return f
}

// cut closes the connections that there are.
func (s *Outstation) cut() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for c := range s.clients {
		_ = c.line.Close() // its goroutines end with it
	}
}

// Cut closes the connections that there are; new ones are taken.
func (s *Outstation) Cut() { s.cut() }

// Clients returns how many connections there are, and how many of them are started.
func (s *Outstation) Clients() (open, started int) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for c := range s.clients {
		if c.started {
			started++
		}
	}
	return len(s.clients), started
}

// Heard returns the headers of the newest ASDUs that it was sent, at most 1,000, the oldest first.
func (s *Outstation) Heard() []apdu.Header {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return append([]apdu.Header(nil), s.heard...)
}

// client is a connection.
type client struct {
	outstation *Outstation
	line       *line
	conn       *link.Conn
	out        chan []byte // ASDUs for it; bounded, and who finds it full cuts the line
	started    bool        // under the outstation's mutex
	selected   map[selection]apdu.Object
}

// backlog bounds what waits for a client that does not acknowledge.
const backlog = 4096

// serve runs one connection.
func (s *Outstation) serve(ctx context.Context, conn net.Conn) {
	c := &client{
		outstation: s, line: &line{Conn: conn, state: s.state, closed: make(chan struct{})},
		out: make(chan []byte, backlog), selected: map[selection]apdu.Object{},
	}
	defer func() { _ = c.line.Close() }() // its goroutines end with it
	if !s.enter(c) {
		return
	}
	defer func() {
		s.mutex.Lock()
		defer s.mutex.Unlock()
		delete(s.clients, c)
	}()
	ready := make(chan struct{})
	c.conn = link.Open(c.line, link.Options{
		Parameters: s.options.Parameters, Controlled: true,
		Handle: func(asdu []byte) { <-ready; c.handle(asdu) },
		Turned: func(started bool) { <-ready; s.turned(c, started) },
	})
	close(ready)
	defer c.conn.Close()
	c.send(ctx)
	if err := c.conn.Err(); err != nil && !errors.Is(err, link.ErrClosed) {
		s.options.Logger.Debug("a connection has ended", "error", err)
	}
}

// enter takes a client in, unless the outstation is not to be reached.
func (s *Outstation) enter(c *client) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.now() == Unreached {
		return false
	}
	s.clients[c] = struct{}{}
	return true
}

// send sends what is to be sent until the connection or ctx ends.
func (c *client) send(ctx context.Context) {
	for {
		select {
		case asdu := <-c.out:
			if err := c.conn.Send(ctx, asdu); err != nil {
				return
			}
		case <-c.conn.Done():
			return
		case <-ctx.Done():
			return
		}
	}
}

// put has an ASDU sent, after those before. It is not called with an ASDU that does not fit: that is a defect here.
func (c *client) put(h apdu.Header, objects ...apdu.Object) {
	asdu, err := apdu.Append(nil, h, objects...)
	if err != nil {
		c.outstation.options.Logger.Error("an ASDU cannot be written", "type", h.Type, "error", err)
		return
	}
	select {
	case c.out <- asdu:
	default:
		_ = c.line.Close() // it has not acknowledged for long
	}
}

// turned takes that a client wants ASDUs, or no more. It is sent what nobody was there for.
func (s *Outstation) turned(c *client, started bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	c.started = started
	if !started {
		return
	}
	for _, e := range s.pending {
		c.put(e.header, e.object)
	}
	s.pending = nil
}
