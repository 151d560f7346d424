package subscription

import (
	"context"
	"errors"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/config"
)

// Inlet is where the node's own broker hands messages over to a subscription. It
// lives as long as the configuration: through restarts of the subscription, and
// of the broker. It may be used concurrently.
type Inlet struct {
	stream  *config.Stream
	parcels chan parcel
}

// parcel is messages on their way from the broker's goroutine to that of the
// subscription, and the answer.
type parcel struct {
	ctx      context.Context //nolint:containedctx // the broker's, of one call: it crosses to the goroutine that answers it
	messages []mqttd.Message
	answer   chan error
}

// NewInlet returns the inlet of a stream of the node's own broker.
func NewInlet(s *config.Stream) *Inlet { return &Inlet{stream: s, parcels: make(chan parcel)} }

// Same reports whether another inlet takes the same messages in the same way.
func (i *Inlet) Same(other *Inlet) bool {
	return i.Filter() == other.Filter() && i.Options() == other.Options()
}

// Filter returns the topics to tap.
func (i *Inlet) Filter() string { return i.stream.MQTT.Topic }

// Options returns how to tap them.
func (i *Inlet) Options() mqttd.TapOptions {
	if i.stream.Overflow == config.DropOldest {
		return mqttd.TapOptions{Overflow: mqttd.DropOldest}
	}
	return mqttd.TapOptions{Overflow: mqttd.Block}
}

// Take hands messages over and returns when the stream has them. It waits for as
// long as the subscription does not run, until ctx is done. It is the handler of
// a tap.
func (i *Inlet) Take(ctx context.Context, messages []mqttd.Message) error {
	p := parcel{ctx: ctx, messages: messages, answer: make(chan error, 1)}
	select {
	case i.parcels <- p:
		return <-p.answer // the messages are in use until it comes
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// serve takes parcels until ctx is done. A panic of take passes.
func (i *Inlet) serve(ctx context.Context, take func(context.Context, []mqttd.Message) error) {
	for {
		select {
		case p := <-i.parcels:
			p.open(ctx, take)
		case <-ctx.Done():
			return
		}
	}
}

// errInterrupted is the answer where the subscription ends with a parcel in hand.
var errInterrupted = errors.New("the subscription ended before it had the messages")

// open takes the messages of a parcel. Whoever waits gets an answer, even where
// take panics.
func (p parcel) open(ctx context.Context, take func(context.Context, []mqttd.Message) error) {
	err := errInterrupted
	defer func() { p.answer <- err }()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	err = take(ctx, p.messages)
}
