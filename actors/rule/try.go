package rule

import (
	"context"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/trial"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Try runs a query over live rows for somebody who waits for it, until its bounds
// or ctx end it. It reads the streams as a rule would, publishes nothing and
// writes to no device. A panic of the query is an error.
func Try(ctx context.Context, bus *broker.Bus, q *streamsql.Query, inputs []broker.Input, o streamsql.Options, b trial.Bounds) (r trial.Result, err error) {
	wake := make(chan struct{}, 1)
	notify := func() {
		select {
		case wake <- struct{}{}:
		default:
		}
	}
	var feeds []*broker.Feed
	defer func() {
		for _, f := range feeds {
			f.Close()
		}
	}()
	for _, in := range inputs {
		in.Overflow = broker.DropOldest // nobody waits for a trial
		f, err := in.Open(bus, ringCapacity, notify)
		if err != nil {
			return r, err
		}
		feeds = append(feeds, f)
	}
	panicked := supervisor.Guard(func() {
		t := trial.New(q, o, time.Now().UnixNano(), b)
		follow(ctx, t, feeds, wake)
		r = t.Finish(time.Now().UnixNano())
	})
	return r, panicked
}

// follow gives rows and the time to a trial until it ends.
func follow(ctx context.Context, t *trial.Trial, feeds []*broker.Feed, wake <-chan struct{}) {
	for {
		if !pushAll(t, feeds) {
			return
		}
		timer := time.NewTimer(max(time.Duration(t.NextTick()-time.Now().UnixNano()), time.Millisecond))
		select {
		case <-wake:
		case <-timer.C:
			if !t.Tick(time.Now().UnixNano()) {
				return
			}
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// pushAll gives the trial what waits, and reports whether it goes on.
func pushAll(t *trial.Trial, feeds []*broker.Feed) bool {
	for source, f := range feeds {
		for b := f.Next(); b != nil; b = f.Next() {
			if !t.Push(time.Now().UnixNano(), source, b) {
				return false
			}
		}
	}
	return true
}
