// Package outbox is what lies between a device that sends unasked and the actors, so that actors that are slow never keep
// the device from sending. It is for sessions that are a protocols.Subscriber.
//
//	device ──▶ Fill: live rows, merged while they wait ──┐
//	                                                     ├─▶ Empty ──▶ the actors
//	history ─▶ PutPast: one row at a time, waited for ───┘
//
// A device is neither asked nor listened to here: that belongs to the drivers.
package outbox

import (
	"context"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Capacity bounds the rows that wait for the actors to take them.
const Capacity = 1024

// Outbox holds the rows of one subscription. Rows that find it full push out the oldest, counted. It may be used
// concurrently, but for Empty, which one goroutine calls.
type Outbox struct {
	mutex sync.Mutex
	rows  Rows
	ready chan struct{} // has an element when there may be something
	past  chan grouped
}

// grouped is a row of a group on its way to the actors.
type grouped struct {
	group int
	row   protocols.Row
}

// New returns an outbox for groups of so many tags each.
func New(widths []int) *Outbox {
	return &Outbox{
		rows: Rows{widths: widths, newest: make([]int, len(widths))}, ready: make(chan struct{}, 1), past: make(chan grouped),
	}
}

// Fill has values put into the rows that wait, or into new ones, and returns how many rows were dropped for them. What one
// call puts is taken at once or not at all; fill does not wait.
func (o *Outbox) Fill(fill func(rows *Rows)) (dropped int) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	fill(&o.rows)
	dropped = o.rows.keep(Capacity)
	if len(o.rows.waiting) > 0 {
		select {
		case o.ready <- struct{}{}:
		default:
		}
	}
	return dropped
}

// PutPast adds a row of the past that the device can be asked for again at leisure: it waits until the row is taken, behind
// all live ones, and reports whether it was before ctx was done.
func (o *Outbox) PutPast(ctx context.Context, group int, row protocols.Row) bool {
	select {
	case o.past <- grouped{group, row}:
		return true
	case <-ctx.Done():
		return false
	}
}

// Empty hands rows to deliver until ctx is done. It returns the panic of deliver as an error.
func (o *Outbox) Empty(ctx context.Context, deliver func(group int, row protocols.Row)) error {
	return supervisor.Guard(func() {
		for ctx.Err() == nil {
			o.deliver(ctx, deliver)
			select {
			case <-o.ready:
			case late := <-o.past:
				o.deliver(ctx, deliver)
				deliver(late.group, late.row)
			case <-ctx.Done():
			}
		}
	})
}

// deliver hands out the live rows that wait.
func (o *Outbox) deliver(ctx context.Context, deliver func(group int, row protocols.Row)) {
	for _, r := range o.take() {
		if ctx.Err() != nil {
			return
		}
		deliver(r.group, r.row)
	}
}

func (o *Outbox) take() []grouped {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.rows.take()
}
