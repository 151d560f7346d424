package door

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// closeWithin is how long connections may take to end.
const closeWithin = 10 * time.Second

// listening says that clients can connect.
type listening struct{ at string }

// service is the actor that runs the broker.
type service struct{ door *Door }

// Receive is the actor.
func (s *service) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		self, root := ctx.Self(), ctx.ActorSystem().Root
		supervisor.Go(ctx, "serve", func(c context.Context) error {
			return s.door.serve(c, func(at string) { root.Send(self, listening{at}) })
		})
	case listening:
		supervisor.Report(ctx, "listening", msg.at)
		supervisor.Healthy(ctx)
	case supervisor.GoFailed:
		supervisor.Fail(ctx, msg.Err)
	}
}

// serve runs a broker until ctx is done. It tells where, when that is known.
func (d *Door) serve(ctx context.Context, tell func(at string)) error {
	config, err := d.config.MQTT()
	if err != nil {
		return err
	}
	config.Prepare = d.tap
	b, err := mqttd.Start(config)
	if err != nil {
		return err
	}
	d.set(b)
	tell(addresses(b))
	<-ctx.Done()
	d.set(nil)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return b.Close(closing)
}

// tap gives every stream its messages.
func (d *Door) tap(b *mqttd.Broker) error {
	for _, in := range d.config.Inlets {
		if _, err := b.Tap(in.Filter(), in.Options(), in.Take); err != nil {
			return fmt.Errorf("tap %s: %w", in.Filter(), err)
		}
	}
	return nil
}

// addresses lists where the broker listens, for people; empty where it serves
// the node alone.
func addresses(b *mqttd.Broker) string {
	var all []string
	for _, a := range b.Addresses() {
		all = append(all, a.String())
	}
	return strings.Join(all, ", ")
}
