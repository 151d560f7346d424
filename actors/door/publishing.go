package door

import (
	"context"
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// publish publishes what somebody subscribes to until ctx is done.
func (d *Door) publish(ctx context.Context) error {
	b, err := d.await(ctx)
	if err != nil {
		return nil // told to stop
	}
	outlets := d.now().Outlets
	// An outlet is in ready once at most, so that there is always room.
	ready := make(chan *outlet, len(outlets))
	publisher := b.Publisher()
	var closing []func()
	defer func() {
		for _, end := range slices.Backward(closing) {
			end()
		}
	}()
	for _, of := range outlets {
		o := &outlet{Outlet: of, publisher: publisher, ready: ready}
		cancel, err := o.open(b)
		if err != nil {
			return err
		}
		closing = append(closing, o.close, cancel)
	}
	for {
		select {
		case o := <-ready:
			o.queued.Store(false)
			o.serve()
		case <-ctx.Done():
			return nil
		}
	}
}

// open begins to publish: at once, or when somebody subscribes.
func (o *outlet) open(b *mqttd.Broker) (cancel func(), err error) {
	varies := false
	topic := o.Topic.Bind(o.Site, o.Stream.Name(), nil, mqttd.AppendLevel).AppendWith(nil, nil, func(dst []byte, _ string) ([]byte, bool) {
		varies = true // a field of the row
		return dst, true
	})
	if !varies {
		o.topic = string(topic)
	}
	if o.topic == "" || o.Retain {
		o.watched(true)
		return func() {}, nil
	}
	cancel, err = b.Watch(o.topic, o.watched)
	if err != nil {
		return nil, fmt.Errorf("watch %s: %w", o.topic, err)
	}
	return cancel, nil
}
