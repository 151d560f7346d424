package outstation

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
)

// Outstation is a running server of stations. It may be used concurrently.
type Outstation struct {
	*faulty.Server
	options Options

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
	server, err := faulty.Listen(ctx, address, o.Logger)
	if err != nil {
		return nil, err
	}
	s := &Outstation{Server: server, options: o, stations: map[uint16]*Station{}, clients: map[*client]struct{}{}}
	server.Start(s.serve)
	return s, nil
}

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
	conn       *faulty.Conn
	link       *link.Conn
	out        chan []byte // ASDUs for it; bounded, and who finds it full cuts the line
	started    bool        // under the outstation's mutex
	selected   map[selection]apdu.Object
}

// backlog bounds what waits for a client that does not acknowledge.
const backlog = 4096

// serve runs one connection.
func (s *Outstation) serve(ctx context.Context, conn *faulty.Conn) {
	c := &client{
		outstation: s, conn: conn, out: make(chan []byte, backlog), selected: map[selection]apdu.Object{},
	}
	conn.Falsify = falsified
	s.enter(c)
	defer s.leave(c)
	ready := make(chan struct{})
	c.link = link.Open(conn, link.Options{
		Parameters: s.options.Parameters, Controlled: true,
		Handle: func(asdu []byte) { <-ready; c.handle(asdu) },
		Turned: func(started bool) { <-ready; s.turned(c, started) },
	})
	close(ready)
	defer c.link.Close()
	c.send(ctx)
	if err := c.link.Err(); err != nil && !errors.Is(err, link.ErrClosed) {
		s.options.Logger.Debug("a connection has ended", "error", err)
	}
}

func (s *Outstation) enter(c *client) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.clients[c] = struct{}{}
}

func (s *Outstation) leave(c *client) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.clients, c)
}

// send sends what is to be sent until the connection or ctx ends.
func (c *client) send(ctx context.Context) {
	for {
		select {
		case asdu := <-c.out:
			if err := c.link.Send(ctx, asdu); err != nil {
				return
			}
		case <-c.link.Done():
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
		_ = c.conn.Close() // it has not acknowledged for long
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
