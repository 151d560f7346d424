package door

import (
	"context"
	"fmt"
	"slices"
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
	config, err := d.now().MQTT()
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

// tap gives every stream its messages, before clients can connect.
func (d *Door) tap(b *mqttd.Broker) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.taps = map[Inlet]*mqttd.Tap{}
	return d.tapAll(b)
}

// retap closes the taps of inlets that are gone, and makes those of new ones. A
// broker that does not run has none.
func (d *Door) retap() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broker == nil {
		return nil
	}
	for in, tap := range d.taps {
		if !slices.Contains(d.config.Inlets, in) {
			tap.Close()
			delete(d.taps, in)
		}
	}
	return d.tapAll(d.broker)
}

// tapAll makes the taps that are not there.
func (d *Door) tapAll(b *mqttd.Broker) error {
	for _, in := range d.config.Inlets {
		if d.taps[in] != nil {
			continue
		}
		tap, err := b.Tap(in.Filter(), in.Options(), in.Take)
		if err != nil {
			return fmt.Errorf("tap %s: %w", in.Filter(), err)
		}
		d.taps[in] = tap
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
