package log

import (
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// item is what waits in the queue: an encoded batch, or records of a stream
// that were dropped.
type item struct {
	schema *tag.Schema
	rows   int
	batch  *tag.Batch // nil: it was let go, the body has it all
	body   []byte
	drop   *drop
	done   func(tag.Identity, error) // of a publisher that waits, or nil
}

func newItem(b *tag.Batch, body []byte, done func(tag.Identity, error)) item {
	return item{schema: b.Schema(), rows: b.Len(), batch: b, body: body, done: done}
}

// expanded is what the item holds in memory beside its body, at most.
func (it *item) expanded() int {
	if it.batch == nil {
		return 0
	}
	return it.rows * (it.schema.Len() + 1) * valueBytes
}

// valueBytes is the size of a value in memory.
const valueBytes = 24

// drop is a run of records of a stream that will never be in the log.
type drop struct {
	stream tag.StreamID
	name   string
	rows   uint64
	cause  tag.Cause
	at     int64
}

// queue is what waits for the next commit, in order. It is bounded by the
// encoded octets of its batches; drops between two batches of a stream are one
// item for each cause, so there are never many more of them than batches and
// streams. Values are ten times
// larger in memory than encoded: batches are kept only as long as cursors will
// find them there after the commit, else their bodies alone. The log's mutex
// guards it.
type queue struct {
	limit  int
	recent int         // octets that cursors find in memory after a commit
	traced func() bool // whether somebody wants to see each batch
	items  []item
	last   int // items that were taken last, for as many there will be room
	bytes  int
	values int                      // octets of the batches beside their bodies
	bare   bool                     // the batches were let go, all of them
	urgent int                      // publishers that wait
	oldest time.Time                // when the first item came
	drops  map[tag.StreamID][]*drop // that can still grow, one for each cause
}

// hasRoom reports whether n more octets fit. A batch that is larger than the
// whole queue fits an empty one.
func (q *queue) hasRoom(n int) bool { return q.bytes+n <= q.limit || q.bytes == 0 }

// push adds an item that has room.
func (q *queue) push(it item, now time.Time) {
	if len(q.items) == 0 {
		q.oldest = now
		q.items = make([]item, 0, q.last)
	}
	if q.bare {
		it.batch = nil
	}
	q.items = append(q.items, it)
	q.bytes += len(it.body)
	q.values += it.expanded()
	if !q.bare && (it.isBare() || q.values > q.recent && !q.traced()) {
		q.strip()
	}
	if it.done != nil {
		q.urgent++
	}
	if it.schema != nil {
		delete(q.drops, it.schema.Stream())
	}
}

func (it *item) isBare() bool { return it.drop == nil && it.batch == nil }

// strip lets the batches go, and those that will come.
func (q *queue) strip() {
	for i := range q.items {
		q.items[i].batch = nil
	}
	q.bare, q.values = true, 0
}

// drop adds records that are refused, so that readers find the gap in place.
func (q *queue) drop(d drop, now time.Time) {
	for _, open := range q.drops[d.stream] {
		if open.cause == d.cause {
			open.rows += d.rows
			return
		}
	}
	if q.drops == nil {
		q.drops = map[tag.StreamID][]*drop{}
	}
	q.push(item{drop: &d}, now)
	q.drops[d.stream] = append(q.drops[d.stream], &d)
}

// maxSpareItems bounds the items for which there is room before they come.
const maxSpareItems = 1024

// take empties the queue.
func (q *queue) take() []item {
	items := q.items
	*q = queue{limit: q.limit, recent: q.recent, traced: q.traced, last: min(len(items), maxSpareItems)}
	return items
}

// putBack returns items that could not be committed to the front. Publishers
// that wait are told, and what they brought is withdrawn: they will bring it
// again.
func (q *queue) putBack(items []item, since time.Time, err error) {
	later := q.take()
	for _, it := range items {
		if it.done != nil {
			it.done(tag.Identity{}, err)
			continue
		}
		q.restore(it, since)
	}
	for _, it := range later {
		q.restore(it, since)
	}
}

// restore adds an item again, drops to those that can still grow.
func (q *queue) restore(it item, since time.Time) {
	if it.drop != nil {
		q.drop(*it.drop, since)
		return
	}
	q.push(it, since)
}
