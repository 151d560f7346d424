package uplink

import (
	"errors"
	"sync"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// Bounds of what waits to be sent, and of one parcel of it.
const (
	mostCells   = 64 << 10 // values that wait
	parcelRows  = 1024
	parcelCells = 8 << 10
)

// parcel is deliveries that go as one message, under one ticket: rows of a stream that follow each other, or a gap.
type parcel struct {
	gap     *tag.Gap
	batches []*tag.Batch
	dones   []func(error) // one for each batch, or for the gap
	rows    int
	cells   int
}

func cellsOf(b *tag.Batch) int { return b.Len() * max(1, b.Schema().Len()) }

// takes tells whether rows can go with those of the parcel.
func (p *parcel) takes(b *tag.Batch) bool {
	return p.gap == nil && p.rows+b.Len() <= parcelRows && p.cells+cellsOf(b) <= parcelCells && b.Follows(p.batches[len(p.batches)-1])
}

func (p *parcel) add(b *tag.Batch, done func(error)) {
	p.batches, p.dones = append(p.batches, b), append(p.dones, done)
	p.rows, p.cells = p.rows+b.Len(), p.cells+cellsOf(b)
}

// done tells each delivery what came of it. Rows that are refused are told to those that brought them.
func (p *parcel) done(err error) {
	f, partly := errors.AsType[*sinks.Failure](err)
	if !partly || len(f.Rows) == 0 || p.gap != nil {
		for _, done := range p.dones {
			done(err)
		}
		return
	}
	from := 0
	for i, b := range p.batches {
		p.dones[i](within(f, from, from+b.Len()))
		from += b.Len()
	}
}

// within is the part of a refusal that concerns the rows from up to and not including to, counted from there; nil where
// none of them is refused.
func within(f *sinks.Failure, from, to int) error {
	part := *f
	part.Rows = nil
	for _, r := range f.Rows {
		if first, end := max(r.From, from), min(r.To, to); first < end {
			part.Rows = append(part.Rows, sinks.Rows{From: first - from, To: end - from})
		}
	}
	if len(part.Rows) == 0 {
		return nil
	}
	return &part
}

// lane is what has an order of its own: the rows of a stream, as they happen or late.
type lane struct {
	stream tag.StreamID
	origin tag.Origin
}

// outbox is what waits to be sent. While nothing waits, a delivery is sent as it comes; while the link is slower than the
// log, what waits for it is put together by stream, which costs fewer messages and packs better.
type outbox struct {
	mu     sync.Mutex
	queue  []*parcel
	open   map[lane]*parcel // the last of each lane, which may grow
	cells  int
	taken  bool // one is in the sender's hands
	ended  bool
	filled chan struct{} // holds a token when something waits, or it has ended
	room   chan struct{} // holds a token when there is room, or it has ended
}

func newOutbox() *outbox {
	return &outbox{open: map[lane]*parcel{}, filled: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// put takes a delivery; full where it has to wait for a token of room, and over where nothing is sent any more.
func (o *outbox) put(d sinks.Delivery, done func(error)) (full, over bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return false, true
	}
	if o.cells >= mostCells {
		return true, false
	}
	if d.Gap != nil {
		for _, origin := range []tag.Origin{tag.Live, tag.Replay, tag.Backfill} {
			delete(o.open, lane{d.Gap.First.Stream, origin}) // what comes after the gap is not sent before it
		}
		o.cells++
		o.queue = append(o.queue, &parcel{gap: d.Gap, dones: []func(error){done}, cells: 1})
		token(o.filled)
		return false, false
	}
	key := lane{d.Batch.Identity(0).Stream, d.Batch.Origin()}
	p := o.open[key]
	if p == nil || !p.takes(d.Batch) {
		p = &parcel{}
		o.queue, o.open[key] = append(o.queue, p), p
	}
	p.add(d.Batch, done)
	o.cells += cellsOf(d.Batch)
	token(o.filled)
	return false, false
}

// next returns what has waited longest, or nil. It is in the sender's hands until sent is called.
func (o *outbox) next() *parcel {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.queue) == 0 {
		return nil
	}
	p := o.queue[0]
	o.queue[0], o.taken = nil, true
	o.queue = o.queue[1:]
	o.cells -= p.cells
	if p.gap == nil {
		if key := (lane{p.batches[0].Identity(0).Stream, p.batches[0].Origin()}); o.open[key] == p {
			delete(o.open, key)
		}
	}
	token(o.room)
	if len(o.queue) > 0 {
		token(o.filled)
	}
	return p
}

// sent says that what next returned is on its way, or over.
func (o *outbox) sent() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.taken = false
}

// empty tells whether nothing waits.
func (o *outbox) empty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue) == 0 && !o.taken
}

// end returns what still waits, and takes nothing more.
func (o *outbox) end() []*parcel {
	o.mu.Lock()
	defer o.mu.Unlock()
	left := o.queue
	o.queue, o.ended = nil, true
	token(o.filled)
	token(o.room)
	return left
}
