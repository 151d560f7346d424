package link

import (
	"bytes"
	"context"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// debts are the replies that units still owe after a timeout, on lines whose frames carry no transaction number. While
// one is owed, another request of the same function to the same unit could be given the late reply for an answer: it
// is not sent. A debt ends when the late reply comes, or when it can no longer come.
type debts map[debtor]debt

type debtor struct {
	unit     byte
	function wire.Function
}

type debt struct {
	request []byte
	until   time.Time
}

// add notes that the call's reply may still come until the given time.
func (d debts) add(c *Call, until time.Time) {
	d[debtor{c.Unit, wire.FunctionOf(c.Request)}] = debt{request: bytes.Clone(c.Request), until: until}
}

// drain is how long owes waits for a late reply that may already be there.
const drain = time.Millisecond

// owes ends the call if an older reply could be taken for its own.
func (l *Line) owes(c *Call) (owed bool, err error) {
	key := debtor{c.Unit, wire.FunctionOf(c.Request)}
	if _, found := l.debts[key]; !found {
		return false, nil
	}
	if err := l.hear(); err != nil {
		return false, err
	}
	debt, owed := l.debts[key]
	switch {
	case owed && time.Now().After(debt.until):
		delete(l.debts, key)
		return false, nil
	case owed:
		c.end(ErrOwed, 0)
	}
	return owed, nil
}

// Hush listens for as long as replies may come that somebody else asked for: the owner that the port had before. It
// drops them. It is called once, before the first exchange, and ends with ctx.
func (l *Line) Hush(ctx context.Context) error {
	if l.timing.Late <= 0 {
		return ctx.Err()
	}
	err := l.limiter.limit(ctx, time.Now().Add(l.timing.Late))
	for err == nil {
		l.in = l.in[:0]
		err = l.fill()
	}
	if isTimeout(err) {
		return context.Cause(ctx)
	}
	return err
}

// hear takes in what the line holds, for the sake of late replies.
func (l *Line) hear() error {
	if err := l.port.SetDeadline(time.Now().Add(drain)); err != nil {
		return &Broken{Err: err}
	}
	l.in = l.in[:0]
	for {
		err := l.fill()
		l.settle()
		switch {
		case err == nil:
			l.idle = time.Now()
		case isTimeout(err):
			return nil
		default:
			return &Broken{Err: err}
		}
	}
}

// settle ends the debts whose late reply has been received.
func (l *Line) settle() {
	for key, debt := range l.debts {
		if _, end := l.framing.Find(nil, l.in, key.unit, debt.request); end > 0 {
			delete(l.debts, key)
			l.stray.Add(1)
		}
	}
}
