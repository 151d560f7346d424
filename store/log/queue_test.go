package log

import (
	"errors"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/store/storetest"
	"github.com/holdfast-edge/holdfast/tag"
)

func queued(t *testing.T, n int, done func(tag.Identity, error)) item {
	t.Helper()
	b := storetest.Rows(storetest.Stream("boiler", 10), n, 1, int64(n)*1e9)
	body, err := codec.AppendRows(nil, b)
	if err != nil {
		t.Fatal(err)
	}
	return newItem(b, body, done)
}

func never() bool { return false }

func TestAQueueThatGrowsKeepsEncodedBatchesAlone(t *testing.T) {
	first := queued(t, 0, nil)
	q := queue{limit: 1 << 20, recent: 3 * first.expanded(), traced: never}
	for n := range 3 {
		q.push(queued(t, n, nil), time.Time{})
	}
	if q.bare || q.values != 3*first.expanded() {
		t.Fatalf("three batches: bare %v, %d octets", q.bare, q.values)
	}
	for n := range 5 {
		q.push(queued(t, n+3, nil), time.Time{})
	}
	items := q.take()
	for i, it := range items {
		if it.batch != nil || len(it.body) == 0 {
			t.Errorf("item %d has batch %v and a body of %d octets", i, it.batch, len(it.body))
		}
	}
	q.push(queued(t, 8, nil), time.Time{})
	if q.bare || q.items[0].batch == nil {
		t.Error("a queue that was emptied keeps no batch")
	}
	q.putBack(items, time.Time{}, nil)
	if !q.bare || q.items[len(q.items)-1].batch != nil {
		t.Error("batches are kept behind those that were let go: the group cannot be read from memory")
	}
}

func TestATracedQueueKeepsItsBatches(t *testing.T) {
	q := queue{limit: 1 << 20, recent: 1, traced: func() bool { return true }}
	q.push(queued(t, 0, nil), time.Time{})
	if q.items[0].batch == nil {
		t.Error("nothing is left to be traced")
	}
}

func TestAPublisherWhoseBatchIsEncodedAloneIsAnsweredAsAnyOther(t *testing.T) {
	var got tag.Identity
	answered := errors.New("not answered")
	q := queue{limit: 1 << 20, recent: 1, traced: never}
	q.push(queued(t, 0, nil), time.Time{})
	q.push(queued(t, 1, func(id tag.Identity, err error) { got, answered = id, err }), time.Time{})
	a := assembler{life: life{site: storetest.Site, incarnation: 7}, streams: newDirectory(), schemas: newSchemaIndex()}
	g := a.assemble(q.take(), 1, 0)
	for _, a := range g.answers {
		a.done(a.first, nil)
	}
	if answered != nil || got.Sequence != 2 || got.Incarnation != 7 {
		t.Errorf("answered %v, %v", got, answered)
	}
	r := newRecent(1<<20, 1)
	r.add(g)
	if _, _, ok := r.read(1); ok || r.end != 3 {
		t.Errorf("a group that is on the disk alone is read from memory, or ends at %d", r.end)
	}
}

func TestDropsOfChangingCausesDoNotPileUp(t *testing.T) {
	stream := storetest.Stream("boiler", 1).Stream()
	q := queue{limit: 1 << 20, recent: 1 << 20, traced: never}
	for n := range 1000 {
		refused := q.take() // by the disk, and the next comes meanwhile
		cause := []tag.Cause{tag.Overflow, tag.Rejected, tag.DiskFull}[n%3]
		q.drop(drop{stream: stream, name: "boiler", rows: 1, cause: cause}, time.Time{})
		q.putBack(refused, time.Time{}, errors.New("disk"))
	}
	rows := uint64(0)
	for _, it := range q.items {
		rows += it.drop.rows
	}
	if rows != 1000 || len(q.items) != 3 {
		t.Errorf("%d rows in %d items, want 1000 in one for each cause", rows, len(q.items))
	}
}
