package record

import (
	"context"
	"net"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Play serves a recording in a dialect, as described at Player. To each client it is the device: what a request was
// answered with in the recording, the same one is answered with now, each in its turn, garbage, silence and hanging up
// included.
func Play(ctx context.Context, r *Recording, listener net.Listener, o Options, d Dialect) error {
	p := &playing{dialect: d, options: o, deck: exchanges(r, d, o.Once)}
	return protocols.Accept(ctx, listener, func(ctx context.Context, conn net.Conn) {
		if failure := supervisor.Guard(func() { p.serve(ctx, conn) }); failure != nil {
			o.Logger.Error("playing failed", "error", failure)
		}
	})
}

// playing is a recording being played.
type playing struct {
	dialect Dialect
	options Options
	deck    *deck
}

// maxRequest is how much of a client's is kept while it is no whole request.
const maxRequest = 1 << 20

// serve is one client.
func (p *playing) serve(ctx context.Context, conn net.Conn) {
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	c := &client{playing: p, conn: conn}
	c.stand(ctx)
	defer c.sending.Wait()
	defer c.hangUp()
	c.ask(nil)
	buffer := make([]byte, 0, 4096)
	for len(buffer) < maxRequest {
		if len(buffer) == cap(buffer) {
			buffer = append(buffer, 0)[:len(buffer)]
		}
		n, err := conn.Read(buffer[len(buffer):cap(buffer)])
		if buffer = c.requests(buffer[:len(buffer)+n]); err != nil {
			return
		}
	}
}

// requests answers the whole requests in what was received, and returns the rest.
func (c *client) requests(received []byte) (rest []byte) {
	for len(received) > 0 {
		n := c.playing.dialect.Request(received)
		if n < 0 {
			c.playing.options.Logger.Warn("what a client sent is nothing that the recording knows", "octets", len(received))
			return received[:0]
		}
		if n == 0 {
			break
		}
		c.ask(append([]byte(nil), received[:n]...))
		received = received[n:]
	}
	return received
}
