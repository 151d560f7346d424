package mqttd

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// item is one message for one session.
type item struct {
	message       *message // nil while its content is in the vault only
	subscriptions []int    // identifiers of the subscriptions it is for
	seq           uint64   // its place in the session, from 1; 0 at QoS 0
	id            uint16   // packet identifier, 0 before it is sent and at QoS 0
	size          int      // of the message
	qos           byte
	retain        bool
	dup           bool
	released      bool // QoS 2: the client has it, PUBREL is to be sent
	stored        bool // the vault has it, too
	sent          bool // on this connection
}

// identifier is the packet identifier that belongs to a place in the session.
// It is the same after a restart, so that a client recognises a QoS 2 message
// that it has already (MQTT 5.0 §4.3.3).
func identifier(seq uint64) uint16 { return uint16((seq-1)%math.MaxUint16) + 1 }

// Limits bound what waits for one session.
type Limits struct {
	Messages int // at most so many
	Bytes    int // of so much content
}

// outbox is what waits for one session and what is on the way to it. It has no
// lock, no clock and no socket: its session does.
//
//	put ─▶ quick (QoS 0) ──────────────────────▶ next ─▶ gone
//	   └─▶ queue (QoS 1, 2) ─▶ next ─▶ flight ──PUBACK, PUBCOMP─▶ gone
//	                            ▲         │
//	                            └─ again ─┘ the connection was cut
//
// A full outbox drops the oldest that waits; what is on the way stays.
type outbox struct {
	limits Limits
	window int // messages of QoS 1 and 2 that may be on the way

	quick  quick
	queue  deque[*item]
	flight map[uint16]*item
	sent   int     // of flight, how many on this connection
	resend []*item // in flight, to be sent again on this connection
	gone   []*item // expired before they could be sent; for the session to take
	lapsed int     // how many of any QoS have expired so; for the session to count
	bytes  int     // of quick, queue and flight
	loaded int     // of these, how many are in memory
}

func newOutbox(limits Limits) *outbox {
	return &outbox{limits: limits, flight: map[uint16]*item{}}
}

// len is how many messages wait or are on the way.
func (o *outbox) len() int { return o.quick.len() + o.queue.len() + len(o.flight) }

// put appends an item. It returns how many had to make room, and which of them
// are of QoS 1 or 2.
func (o *outbox) put(it *item) (dropped int, queued []*item) {
	o.bytes += it.size
	if it.message != nil {
		o.loaded += it.size
	}
	if it.qos == 0 {
		o.quick.push(it)
	} else {
		o.queue.push(it)
	}
	return o.makeRoom()
}

// makeRoom drops the oldest that wait, of QoS 0 first, while there are too many.
// A single one is left even where it is larger than the limit.
func (o *outbox) makeRoom() (dropped int, queued []*item) {
	for o.full() && o.quick.len()+o.queue.len() > 1 {
		dropped++
		if o.quick.len() > 0 {
			o.forget(o.quick.pop())
			continue
		}
		oldest := o.queue.pop()
		o.forget(oldest)
		queued = append(queued, oldest)
	}
	return dropped, queued
}

func (o *outbox) full() bool { return o.len() > o.limits.Messages || o.bytes > o.limits.Bytes }

func (o *outbox) forget(it *item) {
	o.bytes -= it.size
	if it.message != nil {
		o.loaded -= it.size
	}
}

// unload frees the content of an item that the vault has, too, if more than so
// many bytes are in memory.
func (o *outbox) unload(it *item, allowed int) {
	if o.loaded > allowed && it.stored && it.message != nil {
		o.loaded -= it.size
		it.message = nil
	}
}

// next takes the item that is to be sent now, nil for none.
func (o *outbox) next(now time.Time) *item {
	if it := o.nextQuick(now); it != nil {
		return it
	}
	if o.sent >= o.window {
		return nil
	}
	it := o.nextAgain()
	if it == nil {
		it = o.nextFresh(now)
	}
	if it != nil {
		it.sent = true
		o.sent++
	}
	return it
}

func (o *outbox) nextAgain() *item {
	if len(o.resend) == 0 {
		return nil
	}
	it := o.resend[0]
	o.resend = o.resend[1:]
	return it
}

// nextFresh puts the first of the queue on the way, unless its content has to
// be read first or its identifier is still in use.
func (o *outbox) nextFresh(now time.Time) *item {
	for o.queue.len() > 0 {
		it := *o.queue.at(0)
		if it.message == nil || o.flight[identifier(it.seq)] != nil {
			return nil
		}
		o.queue.pop()
		if it.message.expired(now) {
			o.forget(it)
			o.gone = append(o.gone, it)
			o.lapsed++
			continue
		}
		it.id = identifier(it.seq)
		o.flight[it.id] = it
		return it
	}
	return nil
}

// missing lists the places of items whose content has to be read before they
// can be sent: the first so many that wait.
func (o *outbox) missing(atMost int) (places []uint64) {
	if o.sent >= o.window || o.queue.len() == 0 || (*o.queue.at(0)).message != nil {
		return nil
	}
	for i := range min(o.queue.len(), atMost) {
		if it := *o.queue.at(i); it.message == nil {
			places = append(places, it.seq)
		}
	}
	return places
}

// fill gives the content that was missing. An item whose content is gone is
// taken out.
func (o *outbox) fill(found map[uint64]*message, asked []uint64) {
	for i := range min(o.queue.len(), len(asked)) {
		it := *o.queue.at(i)
		if m := found[it.seq]; m != nil && it.message == nil {
			it.message = m
			o.loaded += it.size
		}
	}
	for o.queue.len() > 0 {
		head := *o.queue.at(0)
		if head.message != nil || !slices.Contains(asked, head.seq) {
			return
		}
		o.forget(o.queue.pop())
	}
}

// settle ends an item on the way and returns it, nil where there is none. QoS 1
// ends with PUBACK; QoS 2 with PUBCOMP, or with a PUBREC that says no.
func (o *outbox) settle(id uint16) *item {
	it := o.flight[id]
	if it == nil {
		return nil
	}
	delete(o.flight, id)
	o.forget(it)
	if it.sent {
		o.sent--
	}
	return it
}

// release notes that the client has a QoS 2 message and returns its item, nil
// where there is none. Its content is not needed any more.
func (o *outbox) release(id uint16) *item {
	it := o.flight[id]
	if it == nil || it.qos != 2 {
		return nil
	}
	it.released = true
	return it
}

// restore puts back what was on the way before the broker was restarted.
func (o *outbox) restore(it *item) {
	it.id, it.dup = identifier(it.seq), true
	o.flight[it.id] = it
	o.bytes += it.size
}

// reconnect begins a connection with a client that takes so many messages at a
// time: what was on the way is sent again, in its order (MQTT 5.0 §4.4).
func (o *outbox) reconnect(window int) {
	o.window, o.sent = window, 0
	o.resend = o.resend[:0]
	for _, it := range o.flight {
		it.dup, it.sent = true, false
		o.resend = append(o.resend, it)
	}
	slices.SortFunc(o.resend, func(a, b *item) int { return cmp.Compare(a.seq, b.seq) })
}

// disconnect ends a connection: what nobody acknowledges is not kept.
func (o *outbox) disconnect() (dropped int) {
	o.resend, o.window = nil, 0
	dropped = o.quick.len()
	for o.quick.len() > 0 {
		o.forget(o.quick.pop())
	}
	return dropped
}
