package sinks

import (
	"context"
	"log/slog"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Sink is one kind of far end. It is stateless and may be used concurrently.
type Sink interface {
	// Spec names the kind and declares its options.
	Spec() config.SinkType

	// Open connects to the far end and returns when it can take deliveries.
	// Its errors are transient unless they are a *Failure with Permanent set.
	// Open keeps no reference to ctx.
	Open(ctx context.Context, to Target) (Writer, error)
}

// Target is one configured far end.
type Target struct {
	Site    string
	Name    string // of the sink in the configuration
	Options any    // the sink's options, decoded
	Logger  *slog.Logger
}

// Writer is an open connection to a far end. Send comes from one goroutine at
// a time; Close may come at any time.
type Writer interface {
	// Send hands over one delivery. It blocks while the window is full, until
	// ctx is done or the connection is lost. done is called exactly once for
	// every delivery for which Send returned nil, from any goroutine: with nil
	// when the far end has acknowledged all of it, else with the reason why
	// not. Deliveries may be acknowledged out of order.
	Send(ctx context.Context, d Delivery, done func(error)) error

	// Lost is closed when the connection cannot be used any more. All
	// deliveries on the way have then been or will be done with an error.
	Lost() <-chan struct{}

	// Close waits for deliveries on the way until ctx is done, then ends
	// the connection and returns when nothing is left behind.
	Close(ctx context.Context) error
}

// Delivery is a batch of committed rows, or the record of a gap among them.
type Delivery struct {
	Batch *tag.Batch // nil where Gap is set
	Gap   *tag.Gap   // nil where Batch is set
}

// Failure is a refusal by the far end.
type Failure struct {
	Permanent bool // the same delivery, or the same opening, would be refused again
	Err       error
}

// Error describes the failure.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }
