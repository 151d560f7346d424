package historytest

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// list is a source that gives its batches and ends.
type list struct {
	batches  []*tag.Batch
	position uint64
}

func (l *list) Next(context.Context) (log.Entry, error) {
	if len(l.batches) == 0 {
		return log.Entry{}, io.EOF
	}
	b := l.batches[0]
	l.batches = l.batches[1:]
	l.position++
	return log.Entry{Position: l.position, Batch: b.Committed(tag.Identity{
		Site: "plant-7", Stream: b.Schema().Stream(), Incarnation: 1, Sequence: l.position * 1_000_000,
	})}, nil
}

func (l *list) AckThrough(log.Entry) {}

// Sealed returns a history of batches of which as many files as are over by now
// are sealed and summed up, shards of them at least. It is closed with the test.
func Sealed(t testing.TB, options history.Options, shards int64, batches []*tag.Batch) *history.History {
	t.Helper()
	options.Dir = t.TempDir()
	h, err := history.Open(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	source := &list{batches: batches}
	for tries := 4 * shards; h.Stats().Summed < shards; tries-- {
		if tries == 0 {
			t.Fatalf("%d files are sealed, want %d", h.Stats().Summed, shards)
		}
		if err := h.Run(t.Context(), source); !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		last := batches[len(batches)-1]
		source.batches = append(source.batches, last.Slice(last.Len()-1, last.Len())) // a row that makes it flush again
	}
	return h
}
