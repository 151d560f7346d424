// Package historytest fills histories for the tests of those who ask them.
package historytest

import (
	"context"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// feed is a source that gives its batches and then waits.
type feed struct{ entries chan log.Entry }

func (f feed) Next(ctx context.Context) (log.Entry, error) {
	select {
	case e := <-f.entries:
		return e, nil
	case <-ctx.Done():
		return log.Entry{}, ctx.Err()
	}
}

func (f feed) AckThrough(log.Entry) {}

// Filled returns a history whose clock stands at now, with stored batches in
// its files and fresh ones in its memory. It is closed with the test.
func Filled(t testing.TB, now time.Time, stored, fresh []*tag.Batch) *history.History {
	t.Helper()
	h, err := history.Open(history.Options{Dir: t.TempDir(), FlushEvery: 24 * time.Hour, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	position := uint64(0)
	begin(t, h, &position, stored)()
	end := begin(t, h, &position, fresh)
	t.Cleanup(func() {
		end()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// begin gives batches, and returns when they are taken in; end writes them.
func begin(t testing.TB, h *history.History, position *uint64, batches []*tag.Batch) (end func()) {
	t.Helper()
	rows, source := h.Stats().Rows, feed{make(chan log.Entry, len(batches))}
	for _, b := range batches {
		*position++
		rows += int64(b.Len())
		source.entries <- log.Entry{Position: *position, Batch: b.Committed(tag.Identity{
			Site: "plant-7", Stream: b.Schema().Stream(), Incarnation: 1, Sequence: *position * 1_000_000,
		})}
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx, source) }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(time.Minute); h.Stats().Rows < rows; <-tick.C {
		if time.Now().After(limit) {
			t.Fatalf("the history took %d rows of %d", h.Stats().Rows, rows)
		}
	}
	return func() {
		cancel()
		<-ended
	}
}
