package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// account is a far end that keeps nothing but who came: by the identity of each record it tells what is missing, what came
// twice, and whether the lanes were in order.
type account struct {
	mu       sync.Mutex
	streams  map[tag.StreamID]*stream
	records  uint64
	batches  uint64 // that the records came in
	twice    uint64
	early    uint64 // records made since that came while some of the outage were still to come
	backlog  uint64 // records of the outage
	old      uint64 // of those, how many have come
	disorder error
	changed  chan struct{} // closed and made anew with each record
}

// stream is what came of one stream.
type stream struct {
	seen []bool
	last [2]uint64 // sequence of the newest record of each lane, live and backfill
}

// newAccount expects the records of the outage, the first of each stream, and then those that are live.
func newAccount(backlog uint64) *account {
	return &account{streams: map[tag.StreamID]*stream{}, backlog: backlog, changed: make(chan struct{})}
}

var (
	_ sinks.Sink   = (*account)(nil)
	_ sinks.Writer = (*account)(nil)
)

// Spec is sinks.Sink's.
func (a *account) Spec() config.SinkType {
	return config.SinkType{Name: "account", Doc: "Keeps who came."}
}

// Open is sinks.Sink's.
func (a *account) Open(context.Context, sinks.Target) (sinks.Writer, error) { return a, nil }

// Lost is sinks.Writer's.
func (a *account) Lost() <-chan struct{} { return nil }

// Close is sinks.Writer's.
func (a *account) Close(context.Context) error { return nil }

// Send enters a delivery.
func (a *account) Send(_ context.Context, d sinks.Delivery, done func(error)) error {
	a.mu.Lock()
	if d.Gap != nil {
		a.disorder = fmt.Errorf("a gap of %d records that nobody has made", d.Gap.Count)
	} else {
		a.enter(d.Batch)
	}
	close(a.changed)
	a.changed = make(chan struct{})
	a.mu.Unlock()
	done(nil)
	return nil
}

func (a *account) enter(b *tag.Batch) {
	first := b.Identity(0)
	s := a.streams[first.Stream]
	if s == nil {
		s = &stream{}
		a.streams[first.Stream] = s
	}
	lane := 0
	if b.Origin() == tag.Backfill {
		lane = 1
	}
	n := uint64(b.Len())
	a.batches++
	if first.Sequence <= s.last[lane] {
		a.disorder = fmt.Errorf("stream %s: record %d came after %d in one lane", b.Schema().Name(), first.Sequence, s.last[lane])
	}
	s.last[lane] = first.Sequence + n - 1
	for at := first.Sequence; at < first.Sequence+n; at++ {
		if grow := int(at) - len(s.seen); grow > 0 {
			s.seen = append(s.seen, make([]bool, grow)...)
		}
		if s.seen[at-1] {
			a.twice++
			continue
		}
		s.seen[at-1] = true
		a.records++
		switch {
		case at <= a.backlog/devices:
			a.old++
		case a.old < a.backlog:
			a.early++
		}
	}
}

// await waits until so many records of the outage have come, and so many of all.
func (a *account) await(ctx context.Context, old, all uint64) error {
	for {
		a.mu.Lock()
		haveOld, haveAll, changed, disorder := a.old, a.records, a.changed, a.disorder
		a.mu.Unlock()
		if disorder != nil {
			return disorder
		}
		if haveOld >= old && haveAll >= all {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d old records have come, %d of all: %w", haveOld, old, haveAll, context.Cause(ctx))
		}
	}
}

// judge is what does not hold when each stream has had so many records.
func (a *account) judge(rows uint64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.disorder != nil {
		return a.disorder
	}
	if len(a.streams) != devices || a.twice > 0 {
		return fmt.Errorf("%d streams came, want %d; %d records came twice", len(a.streams), devices, a.twice)
	}
	for id, s := range a.streams {
		for at := range rows {
			if at >= uint64(len(s.seen)) || !s.seen[at] {
				return fmt.Errorf("record %d of stream %s is missing", at+1, id)
			}
		}
	}
	return nil
}
