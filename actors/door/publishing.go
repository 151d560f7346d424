package door

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// press is what all outlets publish with, one at a time.
type press struct {
	mu        sync.Mutex
	publisher *mqttd.Publisher
	over      bool       // nothing is published any more
	failed    chan error // holds the panic of somebody who published
}

// work publishes on the goroutine of whoever has rows. A panic is not theirs: it
// ends the outlets, which then begin anew. The lock is held.
func (p *press) work(publish func()) {
	if p.over {
		return
	}
	if panicked := supervisor.Guard(publish); panicked != nil {
		p.over = true
		p.failed <- panicked // once, since it is over
	}
}

// publish publishes what somebody subscribes to until ctx is done.
func (d *Door) publish(ctx context.Context) error {
	b, err := d.await(ctx)
	if err != nil {
		return nil // told to stop
	}
	outlets := d.now().Outlets
	// An outlet is in ready once at most, so that there is always room.
	ready := make(chan *outlet, len(outlets))
	p := &press{publisher: b.Publisher(), failed: make(chan error, 1)}
	var closing []func()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.over = true
		for _, end := range slices.Backward(closing) {
			end()
		}
	}()
	for _, of := range outlets {
		o := &outlet{Outlet: of, press: p, ready: ready}
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
			p.mu.Lock()
			o.serve()
			p.mu.Unlock()
		case err := <-p.failed:
			return err
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
