package link

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// MBAP is a link over TCP, TLS or UDP.
type MBAP struct {
	conn     Port
	limiter  limiter
	datagram bool // every read is one whole frame; losing one breaks nothing
	next     uint16
	silent   int // exchanges in a row without a byte received
	stray    atomic.Uint64

	out      []byte
	in       []byte // room for what the calls in flight may bring, and a late reply
	from, to int    // what of in is received and not yet taken
}

// NewMBAP returns a link over a connection, which it then owns.
func NewMBAP(conn Port) *MBAP { return &MBAP{conn: conn, limiter: limiter{conn: conn}} }

// NewDatagrams returns a link over a socket for datagrams, which it then owns.
func NewDatagrams(conn Port) *MBAP {
	return &MBAP{conn: conn, limiter: limiter{conn: conn}, datagram: true}
}

// Exchange sends all calls at once and matches the replies by their transaction, in whatever order they come.
func (m *MBAP) Exchange(ctx context.Context, timeout time.Duration, calls []Call) error {
	first := m.next
	m.next += uint16(len(calls))
	m.out = m.out[:0]
	for i := range calls {
		calls[i].begin()
		m.out = wire.AppendMBAP(m.out, wire.Frame{Transaction: first + uint16(i), Unit: calls[i].Unit, PDU: calls[i].Request})
	}
	m.makeRoom((len(calls) + 1) * wire.MaxMBAP)
	sent := time.Now()
	if err := m.limiter.limit(ctx, sent.Add(timeout)); err != nil {
		return &Broken{Err: err}
	}
	if err := m.send(calls); err != nil {
		return err
	}
	return m.receive(ctx, first, sent, calls)
}

// makeRoom lengthens the buffer of what is received.
func (m *MBAP) makeRoom(size int) {
	if len(m.in) < size {
		m.in = append(make([]byte, 0, size), m.in...)[:size]
	}
}

// send writes the frames; datagrams one by one.
func (m *MBAP) send(calls []Call) error {
	out := m.out
	for range calls {
		frame := out
		if m.datagram {
			_, n, err := wire.ParseMBAP(out)
			if err != nil {
				return &Broken{Err: err}
			}
			frame = out[:n]
		}
		if n, err := m.conn.Write(frame); err != nil && !m.datagram {
			return &Broken{Sent: n > 0, Err: fmt.Errorf("send: %w", err)}
		}
		if out = out[len(frame):]; len(out) == 0 {
			break
		}
	}
	return nil
}

// receive takes frames until no call is open or the time is over.
func (m *MBAP) receive(ctx context.Context, first uint16, sent time.Time, calls []Call) error {
	open, heard, looked := len(calls), false, false
	for {
		answered, err := m.take(first, sent, calls)
		if err != nil {
			return &Broken{Sent: true, Err: err}
		}
		if open -= answered; open == 0 {
			m.silent = 0
			return nil
		}
		n, err := m.fill()
		heard = heard || n > 0
		if err != nil && n == 0 && (looked || !isTimeout(err) || m.lookAgain(ctx) != nil) {
			return m.over(ctx, err, heard, calls)
		}
		looked = looked || n == 0
	}
}

// lastLook is how long is looked for a reply after its time is over.
const lastLook = time.Millisecond

// lookAgain lets one more read happen: a reply that came in time is not lost because this process was late to look.
func (m *MBAP) lookAgain(ctx context.Context) error {
	return m.limiter.limit(ctx, time.Now().Add(lastLook))
}

// fill reads what the connection has.
func (m *MBAP) fill() (n int, err error) {
	if m.datagram {
		m.from, m.to = 0, 0 // what is left of a datagram belongs to no other
	}
	if m.from > 0 {
		m.to = copy(m.in, m.in[m.from:m.to])
		m.from = 0
	}
	n, err = m.conn.Read(m.in[m.to:])
	m.to += n
	return n, err
}

// take gives the received frames to the calls that they answer, and returns how many calls they ended.
func (m *MBAP) take(first uint16, sent time.Time, calls []Call) (answered int, err error) {
	for {
		frame, n, err := wire.ParseMBAP(m.in[m.from:m.to])
		if err != nil && m.datagram {
			return answered, nil
		}
		if err != nil || n == 0 {
			return answered, err
		}
		m.from += n
		if i := int(frame.Transaction - first); i < len(calls) && !calls[i].done {
			calls[i].answer(frame, sent)
			answered++
		} else {
			m.stray.Add(1)
		}
	}
}

// answer ends a call with the frame of its transaction.
func (c *Call) answer(frame wire.Frame, sent time.Time) {
	elapsed := time.Since(sent)
	if frame.Unit != c.Unit {
		c.end(fmt.Errorf("%w: unit %d for %d", wire.ErrMismatch, frame.Unit, c.Unit), elapsed)
		return
	}
	c.take(frame.PDU, elapsed)
}

// take ends a call with a copy of the reply, checked.
func (c *Call) take(pdu []byte, elapsed time.Duration) {
	c.pdu = append(c.pdu[:0], pdu...)
	data, err := wire.Check(c.Request, c.pdu)
	c.Reply = data
	c.end(err, elapsed)
}

// over ends an exchange that read could not complete.
func (m *MBAP) over(ctx context.Context, err error, heard bool, calls []Call) error {
	endOpen(calls, unanswered(ctx))
	switch {
	case m.datagram && !isClosed(err):
		return nil
	case !isTimeout(err):
		return &Broken{Sent: true, Err: fmt.Errorf("receive: %w", err)}
	case m.from != m.to:
		return &Broken{Sent: true, Err: errHalfFrame}
	}
	return m.listen(ctx, heard)
}

// listen counts exchanges in which nothing was heard. One that was called off says nothing of the peer.
func (m *MBAP) listen(ctx context.Context, heard bool) error {
	switch {
	case heard:
		m.silent = 0
	case ctx.Err() == nil:
		m.silent++
	}
	if m.silent >= silentLimit {
		return &Broken{Sent: true, Err: errSilent}
	}
	return nil
}

// Stray is described at Link.
func (m *MBAP) Stray() uint64 { return m.stray.Load() }

// Close is described at Link.
func (m *MBAP) Close() error {
	if err := m.conn.Close(); err != nil && !isClosed(err) {
		return err
	}
	return nil
}
