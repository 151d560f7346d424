package iec104

import (
	"context"
	"sync"
)

// outboxCapacity bounds the rows that wait for the actors to take them.
const outboxCapacity = 1024

// outbox is what lies between the link and the actors, so that actors that are slow never keep the link from
// acknowledging. Rows that find it full push out the oldest, counted.
type outbox struct {
	mutex   sync.Mutex
	rows    []delivery
	dropped uint64
	ready   chan struct{} // has an element when there may be something
}

func newOutbox() *outbox { return &outbox{ready: make(chan struct{}, 1)} }

// fill has values put into the rows that wait, or into new ones, and returns how many rows it dropped for them.
func (o *outbox) fill(d *device, fill func(*arranger)) (dropped int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	rows := arranger{device: d, out: o.rows}
	fill(&rows)
	o.rows = rows.out
	if dropped = len(o.rows) - outboxCapacity; dropped > 0 {
		clear(o.rows[:dropped])
		o.rows = o.rows[dropped:]
		o.dropped += uint64(dropped)
	}
	if len(o.rows) > 0 {
		select {
		case o.ready <- struct{}{}:
		default:
		}
	}
	return max(dropped, 0)
}

// empty hands rows out until ctx is done.
func (o *outbox) empty(ctx context.Context, deliver func(delivery)) {
	for {
		for _, row := range o.take() {
			if ctx.Err() != nil {
				return
			}
			deliver(row)
		}
		select {
		case <-o.ready:
		case <-ctx.Done():
			return
		}
	}
}

func (o *outbox) take() []delivery {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	taken := o.rows
	o.rows = nil
	return taken
}
