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
// writes to no device. now is the clock, which may be set while it lasts. A panic of the query is an error.
func Try(ctx context.Context, now func() time.Time, bus *broker.Bus, q *streamsql.Query, inputs []broker.Input, o streamsql.Options, b trial.Bounds) (r trial.Result, err error) {
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
	b.Lasting = true
	panicked := supervisor.Guard(func() {
		l := live{Trial: trial.New(q, o, now().UnixNano(), b), now: now, began: time.Now()}
		l.follow(ctx, feeds, wake)
		r = l.Finish(now().UnixNano())
	})
	return r, panicked
}

// live is a trial of live rows, which sees the clock that rules see, and ends by one
// that nobody sets.
type live struct {
	*trial.Trial
	now   func() time.Time
	began time.Time
}

// follow gives rows and the time to a trial until it ends.
func (l *live) follow(ctx context.Context, feeds []*broker.Feed, wake <-chan struct{}) {
	for l.pushAll(feeds) {
		left, _ := l.Lasts(time.Since(l.began))
		due := time.Duration(l.NextTick() - l.now().UnixNano())
		timer := time.NewTimer(max(min(due, left), time.Millisecond))
		select {
		case <-wake:
		case <-timer.C:
			if !l.Tick(l.now().UnixNano()) {
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
func (l *live) pushAll(feeds []*broker.Feed) bool {
	for source, f := range feeds {
		for b := f.Next(); b != nil; b = f.Next() {
			if _, goesOn := l.Lasts(time.Since(l.began)); !goesOn || !l.Push(l.now().UnixNano(), source, b) {
				return false
			}
		}
	}
	_, goesOn := l.Lasts(time.Since(l.began))
	return goesOn
}
