package sinks

import (
	"context"
	"log/slog"
	"time"

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

// Target is one configured far end. What every sink has, package actors/sink
// does before a delivery gets here: the choice of fields, what becomes of
// historical and of refused records.
type Target struct {
	Site    string
	Name    string // of the sink in the configuration
	Options any    // the sink's options, decoded
	Logger  *slog.Logger

	// Dir is a directory of the sink's own, which it makes where it needs one. Records do not belong there.
	Dir string

	// Plant is the node's devices; nil where there are none to speak to.
	Plant Plant
}

// Writer is an open connection to a far end. Send comes from one goroutine at
// a time; Close may come at any time.
type Writer interface {
	// Send hands over one delivery. It blocks while the window is full, until
	// ctx is done or the connection is lost. done is called exactly once for
	// every delivery for which Send returned nil, from any goroutine: with nil
	// when the far end has acknowledged all of it, else with the reason why
	// not. Deliveries may be acknowledged out of order. A *Failure with Permanent
	// set that Send returns while the connection is not lost is about this
	// delivery alone, which is refused.
	Send(ctx context.Context, d Delivery, done func(error)) error

	// Lost is closed when the connection cannot be used any more. All
	// deliveries on the way have then been or will be done with an error.
	Lost() <-chan struct{}

	// Close waits for deliveries on the way until ctx is done, then ends
	// the connection and returns when nothing is left behind.
	Close(ctx context.Context) error
}

// Noter is implemented by a Writer that may have to work in another way than it
// was told to, since the far end knows no better.
type Noter interface {
	// Note says how and why, in words; empty where all is as it was told.
	Note() string
}

// Delivery is a batch of committed rows, or the record of a gap among them.
type Delivery struct {
	Batch *tag.Batch // nil where Gap is set
	Gap   *tag.Gap   // nil where Batch is set
}

// Failure is a refusal by the far end. Any other error is one that may pass:
// the connection is opened again, and what was not acknowledged is sent again.
type Failure struct {
	Permanent bool // the same delivery, or the same opening, would be refused again
	Err       error

	// Rows are those of a delivery that are refused for good, in order, where
	// the far end has the others; nil means all.
	Rows []Rows

	// After is how long the far end asks to be left alone, where it said so.
	After time.Duration
}

// Rows is a run of rows of a batch, from From up to but not including To.
type Rows struct{ From, To int }

// Error describes the failure.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Err }

// DeviceTaker is implemented by the options of a sink that publishes devices as they are, without a rule between. It gets
// the streams of the groups of every device that it takes.
type DeviceTaker interface {
	TakesDevice(name string) bool
}

// Plant is what a far end that speaks to devices may ask of the node. It may be used concurrently.
type Plant interface {
	// Devices lists the devices as they are configured.
	Devices() []*config.Device

	// Sample returns the newest value of a tag; ok is false where there is no such tag.
	Sample(device, name string) (s tag.Sample, ok bool)

	// Write has a device take a value, by every limit that the tag has, and waits for the outcome. nil means that the
	// device has it; else it tells how it ended, and why.
	Write(ctx context.Context, device, name string, v tag.Value, by string) error
}
