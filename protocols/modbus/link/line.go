package link

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// Port is what a line runs over: a serial port, or a connection to a gateway that passes bytes on.
type Port interface {
	io.ReadWriteCloser
	SetDeadline(t time.Time) error
}

// Timing is how fast a line is.
type Timing struct {
	Byte time.Duration // time of one byte on the line; 0 where it takes none
	Gap  time.Duration // silence before a frame
	Late time.Duration // how long after a timeout a reply may still come
}

// Line is a link that speaks RTU or ASCII, one request at a time.
type Line struct {
	port    Port
	limiter limiter
	framing wire.Framing
	timing  Timing
	redial  bool // the port is a connection: long silence may mean that it is gone

	idle   time.Time // when the line was last in use
	silent int
	debts  debts
	stray  atomic.Uint64

	out []byte
	in  []byte
}

// maxReceived is how much is kept while looking for a reply: a frame and much noise.
const maxReceived = 4096

// NewLine returns a link over a port, which it then owns. redial says that the port is a connection, which is given up
// when nothing is heard over it any more.
func NewLine(port Port, framing wire.Framing, timing Timing, redial bool) *Line {
	return &Line{
		port: port, limiter: limiter{conn: port}, framing: framing, timing: timing, redial: redial,
		debts: debts{}, in: make([]byte, 0, maxReceived),
	}
}

// Exchange performs the calls one after the other. timeout counts for each from the end of its request.
func (l *Line) Exchange(ctx context.Context, timeout time.Duration, calls []Call) error {
	for i := range calls {
		calls[i].begin()
	}
	for i := 0; i < len(calls) && ctx.Err() == nil; i++ {
		if err := l.call(ctx, timeout, &calls[i]); err != nil {
			return err
		}
	}
	endOpen(calls, unanswered(ctx))
	return nil
}

// call performs one call.
func (l *Line) call(ctx context.Context, timeout time.Duration, c *Call) error {
	owed, err := l.owes(c)
	if err != nil || owed || !l.quiet(ctx) {
		return err
	}
	l.out = l.framing.Append(l.out[:0], c.Unit, c.Request)
	sent := time.Now()
	travel := l.timing.Byte * time.Duration(len(l.out)+wire.ReplyLength(c.Request)+4)
	if err := l.limiter.limit(ctx, sent.Add(travel+timeout)); err != nil {
		return &Broken{Err: err}
	}
	if n, err := l.port.Write(l.out); err != nil {
		return &Broken{Sent: n > 0, Err: fmt.Errorf("send: %w", err)}
	}
	return l.receive(ctx, sent, c)
}

// quiet waits for the silence that separates frames, and reports whether ctx let it.
func (l *Line) quiet(ctx context.Context) bool {
	wait := time.Until(l.idle.Add(l.timing.Gap))
	if wait <= 0 {
		return true
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// receive reads until the reply is complete or its time is over.
func (l *Line) receive(ctx context.Context, sent time.Time, c *Call) error {
	l.in = l.in[:0]
	for {
		err := l.fill()
		l.idle = time.Now()
		if pdu, end := l.framing.Find(c.pdu[:0], l.in, c.Unit, c.Request); end > 0 {
			c.pdu = pdu
			c.take(pdu, l.idle.Sub(sent))
			l.silent = 0
			return nil
		}
		l.settle()
		if err != nil {
			return l.over(ctx, err, c)
		}
	}
}

// fill reads what the port has; of too much noise the older half is dropped.
func (l *Line) fill() error {
	if len(l.in) == maxReceived {
		l.in = l.in[:copy(l.in, l.in[maxReceived/2:])]
	}
	n, err := l.port.Read(l.in[len(l.in):maxReceived])
	l.in = l.in[:len(l.in)+n]
	return err
}

// over ends a call that was not answered. From now on its reply is owed.
func (l *Line) over(ctx context.Context, err error, c *Call) error {
	c.end(unanswered(ctx), 0)
	if !isTimeout(err) {
		return &Broken{Sent: true, Err: fmt.Errorf("receive: %w", err)}
	}
	l.debts.add(c, l.idle.Add(l.timing.Late))
	switch {
	case len(l.in) > 0:
		l.silent = 0
	case ctx.Err() == nil:
		l.silent++
	}
	if l.redial && l.silent >= silentLimit {
		return &Broken{Sent: true, Err: errSilent}
	}
	return nil
}

// Stray is described at Link.
func (l *Line) Stray() uint64 { return l.stray.Load() }

// Close is described at Link.
func (l *Line) Close() error {
	if err := l.port.Close(); err != nil && !isClosed(err) {
		return err
	}
	return nil
}
