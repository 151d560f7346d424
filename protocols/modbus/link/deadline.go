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

// limit lets the connection's calls end at the deadline, or when ctx is done if that is sooner. release must be called
// afterwards: no late cancellation then reaches into the next exchange.
func limit(ctx context.Context, conn deadliner, deadline time.Time) (release func(), err error) {
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return nil, err
	}
	if ctx.Done() == nil {
		return func() {}, nil
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		_ = conn.SetDeadline(time.Unix(1, 0)) // fails only on a closed connection, whose calls have ended
	})
	return func() {
		if !stop() {
			<-ended
		}
	}, nil
}

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
