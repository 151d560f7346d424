package subscription

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// Columns are what the readers of a stream read of it.
type Columns struct {
	Names []string
	All   bool // every column is read, those of Names first
}

func (c *Columns) same(other *Columns) bool {
	return c.All == other.All && slices.Equal(c.Names, other.Names)
}

// Demand is what the readers of a stream want of its subscription while that
// runs: its columns, and that it waits while they change. It outlives the
// incarnations of the subscription and may be used concurrently.
type Demand struct {
	columns atomic.Pointer[Columns]
	turn    chan struct{} // holds a token unless messages are being taken, or are held
}

// NewDemand returns the demand for columns.
func NewDemand(c Columns) *Demand {
	d := &Demand{turn: make(chan struct{}, 1)}
	d.columns.Store(&c)
	d.turn <- struct{}{}
	return d
}

// Want sets the columns, which are decoded from the next messages on.
func (d *Demand) Want(c Columns) {
	if !d.columns.Load().same(&c) {
		d.columns.Store(&c)
	}
}

// Hold has the subscription take no more messages until release is called, which
// may be done more than once: publishers wait as they do for a stream that is
// full, on connections that stay. What was taken before is in the stream when
// Hold returns with true. It waits for that until ctx is done, since a reader that
// is to end may be what is waited for; then nothing is held.
func (d *Demand) Hold(ctx context.Context) (release func(), held bool) {
	select {
	case <-d.turn: // first, whatever ctx says
	default:
		if d.begin(ctx) != nil {
			return func() {}, false
		}
	}
	return sync.OnceFunc(d.done), true
}

// begin waits until messages may be taken; done ends that.
func (d *Demand) begin(ctx context.Context) error {
	select {
	case <-d.turn:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *Demand) done() { d.turn <- struct{}{} }
