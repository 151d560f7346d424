package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/enip/encap"
)

// exchange sends a frame and waits for the reply to it, which is one of its command that answers. Another one is late, and
// dropped. What is returned is valid until the next exchange. An error is a *Failure.
func (l *Link) exchange(ctx context.Context, timeout time.Duration, f encap.Frame, answers func(encap.Frame) bool) (encap.Frame, error) {
	release, err := l.limit(ctx, time.Now().Add(timeout))
	if err != nil {
		return encap.Frame{}, &Failure{Broken: true, Err: err}
	}
	defer release()
	l.out = encap.Append(l.out[:0], f)
	if n, err := l.conn.Write(l.out); err != nil {
		return encap.Frame{}, &Failure{Broken: true, Sent: n > 0, Err: fmt.Errorf("send: %w", err)}
	}
	heard := false
	for {
		reply, n, err := encap.Parse(l.in[l.from:l.to])
		switch {
		case err != nil:
			return encap.Frame{}, &Failure{Broken: true, Sent: true, Err: err}
		case n > 0:
			l.from += n
			if reply.Command != f.Command || !answers(reply) {
				l.options.Logger.Debug("dropped a late reply", "command", reply.Command.String())
				continue
			}
			l.silent = 0
			return reply, statusOf(reply)
		}
		n, err = l.fill()
		heard = heard || n > 0
		if err != nil && n == 0 {
			return encap.Frame{}, l.over(ctx, err, heard)
		}
	}
}

// statusOf returns the failure that the device says a frame has.
func statusOf(f encap.Frame) error {
	if f.Status == 0 {
		return nil
	}
	return &Failure{Broken: f.Status == encap.InvalidSession, Sent: true, Err: fmt.Errorf("%v: %w", f.Command, f.Status)}
}

// fill reads what the connection has.
func (l *Link) fill() (n int, err error) {
	if l.from > 0 {
		l.to = copy(l.in, l.in[l.from:l.to])
		l.from = 0
	}
	if l.to == len(l.in) { // a frame is at most HeaderSize + MaxData long, and taken as soon as it is whole
		l.in = append(l.in, make([]byte, len(l.in))...)
	}
	n, err = l.conn.Read(l.in[l.to:])
	l.to += n
	return n, err
}

// over is the failure of an exchange that read could not complete. One that was called off says nothing of the device.
func (l *Link) over(ctx context.Context, err error, heard bool) error {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return &Failure{Broken: true, Sent: true, Err: fmt.Errorf("receive: %w", err)}
	}
	if l.from != l.to {
		return &Failure{Broken: true, Sent: true, Err: errHalfFrame}
	}
	cause := context.Cause(ctx)
	switch {
	case heard:
		l.silent = 0
	case cause == nil:
		l.silent++
	}
	if l.silent >= silentLimit {
		return &Failure{Broken: true, Sent: true, Err: errSilent}
	}
	return &Failure{Sent: true, Err: errors.Join(ErrNoAnswer, cause)}
}

// limit lets the connection's calls end at the deadline, or when ctx is done if that is sooner, until release.
func (l *Link) limit(ctx context.Context, deadline time.Time) (release func(), err error) {
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	if err := l.conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = l.conn.SetDeadline(time.Unix(1, 0)) // fails only on a closed connection, whose calls have ended
	})
	return func() {
		if !stop() {
			<-ended // so that it does not end the next exchange
		}
	}, nil
}

// isClosed reports whether a call ended because the connection was closed on this side.
func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed) }
