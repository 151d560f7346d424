package opcua

import (
	"context"
	"sync"
)

// outboxCapacity bounds the rows that wait for the actors to take them.
const outboxCapacity = 1024

// outbox is what lies between the server and the actors, so that actors that are slow never keep the server from
// publishing. Live rows that find it full push out the oldest, counted. Rows of the past wait until they are taken, one
// at a time, and live ones go before them.
type outbox struct {
	mutex   sync.Mutex
	live    []delivery
	dropped uint64
	ready   chan struct{} // has an element when there may be something
	past    chan delivery
}

func newOutbox() *outbox {
	return &outbox{ready: make(chan struct{}, 1), past: make(chan delivery)}
}

// put adds live rows and returns how many it dropped for them.
func (o *outbox) put(rows []delivery) (dropped int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.live = append(o.live, rows...)
	if dropped = len(o.live) - outboxCapacity; dropped > 0 {
		clear(o.live[:dropped])
		o.live = o.live[dropped:]
		o.dropped += uint64(dropped)
	}
	select {
	case o.ready <- struct{}{}:
	default:
	}
	return max(dropped, 0)
}

// putPast adds a row of the past, and waits until it is taken. It reports whether it was.
func (o *outbox) putPast(ctx context.Context, row delivery) bool {
	select {
	case o.past <- row:
		return true
	case <-ctx.Done():
		return false
	}
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
		case row := <-o.past:
			for _, live := range o.take() {
				deliver(live)
			}
			deliver(row)
		case <-ctx.Done():
			return
		}
	}
}

func (o *outbox) take() []delivery {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	taken := o.live
	o.live = nil
	return taken
}
