package door

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/tag"
)

// groupRing is how many batches of a group may wait to be published.
const groupRing = 64

// publishGroups publishes groups that somebody subscribes to until ctx is done.
func (d *Door) publishGroups(ctx context.Context) error {
	b, err := d.await(ctx)
	if err != nil {
		return nil // told to stop
	}
	groups := d.now().Groups
	// A group is in ready once at most, so that there is always room.
	ready := make(chan *group, len(groups))
	var closing []func()
	defer func() {
		for _, end := range slices.Backward(closing) {
			end()
		}
	}()
	for _, of := range groups {
		g := &group{Group: of, broker: b, ready: ready}
		cancel, err := b.Watch(of.Topic, g.watched)
		if err != nil {
			return fmt.Errorf("watch %s: %w", of.Topic, err)
		}
		closing = append(closing, g.close, cancel)
	}
	for {
		select {
		case g := <-ready:
			g.queued.Store(false)
			g.serve()
		case <-ctx.Done():
			return nil
		}
	}
}

// group is one group while its door is open. Everything but watched and kick
// belongs to the goroutine that publishes.
//
//	         somebody subscribes
//	silent ──────────────────────▶ published
//	   ▲───────────────────────────────┘ the last one is gone
type group struct {
	Group
	broker *mqttd.Broker
	ready  chan<- *group

	wanted atomic.Bool
	queued atomic.Bool

	ring *broker.Subscription // nil while nobody subscribes
	form *rowjson.Form
	size int // of the last payload
}

func (g *group) watched(subscribed bool) {
	g.wanted.Store(subscribed)
	g.kick()
}

// kick has the group served.
func (g *group) kick() {
	if g.queued.CompareAndSwap(false, true) {
		g.ready <- g
	}
}

func (g *group) serve() {
	switch wanted := g.wanted.Load(); {
	case wanted && g.ring == nil:
		g.ring = g.Stream.Subscribe(groupRing, broker.DropOldest, g.kick)
		g.publishLast()
	case !wanted && g.ring != nil:
		g.close()
	}
	for g.ring != nil {
		b := g.ring.Next()
		if b == nil {
			return
		}
		for i := range b.Len() {
			g.publish(b, i)
		}
	}
}

// publishLast publishes the newest row, so that nobody waits for a slow scan to
// see a value.
func (g *group) publishLast() {
	if b := g.Stream.Last(); b != nil && b.Len() > 0 {
		g.publish(b, b.Len()-1)
	}
}

// publish publishes a row. What the broker does not take, it counts.
func (g *group) publish(b *tag.Batch, i int) {
	if g.form == nil || g.form.Schema() != b.Schema() {
		g.form = rowjson.New(b.Schema(), rowjson.RFC3339)
	}
	payload := g.form.AppendRow(make([]byte, 0, g.size+32), b, i) // the broker keeps it
	g.size = len(payload)
	_ = g.broker.Publish(mqttd.Message{Topic: g.Topic, Payload: payload, Hops: b.Hops()})
}

func (g *group) close() {
	if g.ring != nil {
		g.ring.Close()
		g.ring = nil
	}
}
