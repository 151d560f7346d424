package link

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// deadliner is the part of a connection that ends a blocked call.
type deadliner interface {
	SetDeadline(t time.Time) error
}

// limiter ends the calls of one connection in time. A session makes all its exchanges under one context, so that is
// watched from the first of them on and not anew for each. It belongs to the goroutine that exchanges.
type limiter struct {
	conn    deadliner
	watched <-chan struct{} // Done of the context that is watched; nil: none is
	forget  func()          // ends the watch; afterwards it does not reach the connection
}

// limit lets the connection's calls end at the deadline, or when ctx is done if that is sooner.
func (l *limiter) limit(ctx context.Context, deadline time.Time) error {
	l.watch(ctx)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := l.conn.SetDeadline(deadline); err != nil {
		return err
	}
	if ctx.Err() != nil { // what the watch has set may be overwritten just now
		return l.conn.SetDeadline(past())
	}
	return nil
}

// watch has the context end what blocks, in place of the one before.
func (l *limiter) watch(ctx context.Context) {
	if l.watched == ctx.Done() {
		return
	}
	if l.forget != nil {
		l.forget()
	}
	l.watched, l.forget = ctx.Done(), nil
	if l.watched == nil {
		return
	}
	conn, ended := l.conn, make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = conn.SetDeadline(past()) // fails only on a closed connection, whose calls have ended
	})
	l.forget = func() {
		if !stop() {
			<-ended
		}
	}
}

// past is a deadline that is over.
func past() time.Time { return time.Unix(1, 0) }

// isTimeout reports whether a call ended at its deadline.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

// isClosed reports whether a call ended because the connection was closed on this side.
func isClosed(err error) bool { return errors.Is(err, net.ErrClosed) || errors.Is(err, os.ErrClosed) }

// unanswered is the error of a call whose time is over.
func unanswered(ctx context.Context) error {
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(ErrNoAnswer, err)
	}
	return ErrNoAnswer
}
