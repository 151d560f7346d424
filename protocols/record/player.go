package record

import (
	"context"
	"log/slog"
	"net"
	"time"
)

// Player is a driver that can play a recording: it is then the device that answers as it did.
type Player interface {
	// Play serves the recording to who connects to the listener, until ctx is done, and returns when nothing is left
	// behind. It owns the listener. The error says why the recording cannot be played.
	Play(ctx context.Context, r *Recording, listener net.Listener, o Options) error
}

// Options are how a recording is played.
type Options struct {
	// Speed divides the recorded times: 1 is as it was, 10 ten times as fast, 0 without waiting. The order of what
	// went over the wire is kept at any speed.
	Speed float64

	// Once has a question that has been answered as often as it was in the recording stay without an answer. Without
	// it, its answers begin anew.
	Once bool

	// Logger is told of questions that the recording does not have.
	Logger *slog.Logger
}

// Wait waits as long as a recorded time takes; false when ctx is done before.
func (o Options) Wait(ctx context.Context, recorded time.Duration) bool {
	if o.Speed <= 0 || recorded <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(time.Duration(float64(recorded) / o.Speed))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
