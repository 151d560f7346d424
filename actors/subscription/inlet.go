package subscription

import (
	"context"
	"errors"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Inlet is where the node's own broker hands messages over to a subscription. It
// lives as long as the configuration: through restarts of the subscription, and
// of the broker. It may be used concurrently.
//
// The messages are taken on the broker's goroutine, which spares two wakings for
// each portion; whoever takes them is the subscription's incarnation that serves.
type Inlet struct {
	stream  *config.Stream
	servers chan *server // holds the one that serves, unless it is busy or there is none
}

// server is an incarnation of the subscription that takes messages.
type server struct {
	ctx    context.Context //nolint:containedctx // the incarnation's: it crosses to the goroutine that works for it
	take   func(context.Context, []mqttd.Message) error
	failed chan error // holds the panic that ended it
}

// NewInlet returns the inlet of a stream of the node's own broker.
func NewInlet(s *config.Stream) *Inlet { return &Inlet{stream: s, servers: make(chan *server, 1)} }

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
	select {
	case s := <-i.servers:
		whole, err := s.work(ctx, messages)
		if whole {
			i.servers <- s
		}
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// serve takes messages until ctx is done. A panic of take is its error.
func (i *Inlet) serve(ctx context.Context, take func(context.Context, []mqttd.Message) error) error {
	s := &server{ctx: ctx, take: take, failed: make(chan error, 1)}
	i.servers <- s
	select {
	case err := <-s.failed:
		return err
	case <-ctx.Done():
	}
	select { // whoever is at work is told to end by ctx
	case err := <-s.failed:
		return err
	case <-i.servers:
		return nil
	}
}

// work takes messages. whole is false where a panic has ended the server.
func (s *server) work(ctx context.Context, messages []mqttd.Message) (whole bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.ctx, cancel)()
	if panicked := supervisor.Guard(func() { err = s.take(ctx, messages) }); panicked != nil {
		s.failed <- panicked
		return false, errInterrupted
	}
	return true, err
}

// errInterrupted is the answer where the subscription ends with messages in hand.
var errInterrupted = errors.New("the subscription ended before it had the messages")
