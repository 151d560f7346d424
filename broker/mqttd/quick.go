package mqttd

import "time"

// bundle is messages of one topic at QoS 0, from inside the node, that differ in
// their payload only. It is immutable, and shared by all who receive it: none of
// its messages has an object of its own.
type bundle struct {
	message  // without a payload
	payloads [][]byte
}

// sizeOf is what one of the messages counts against limits.
func (b *bundle) sizeOf(i int) int { return b.message.size() + len(b.payloads[i]) }

// quick is what waits for a session at QoS 0, in its order.
type quick struct {
	entries deque[quickEntry]
	count   int // messages

	// What pop gives of a bundle: it is written anew for each message.
	item    item
	message message
	of      *bundle // that message is made of; nil: of none
}

// quickEntry is an item, or what is left of a bundle.
type quickEntry struct {
	item          *item
	bundle        *bundle
	subscriptions []int // that the bundle is for
	next          int   // of the bundle
}

func (q *quick) len() int { return q.count }

func (q *quick) push(it *item) {
	q.entries.push(quickEntry{item: it})
	q.count++
}

func (q *quick) pushAll(b *bundle, subscriptions []int) {
	q.entries.push(quickEntry{bundle: b, subscriptions: subscriptions})
	q.count += len(b.payloads)
}

// pop takes the first of what is not empty. It is valid until the next call.
func (q *quick) pop() *item {
	q.count--
	e := q.entries.at(0)
	if e.bundle == nil {
		return q.entries.pop().item
	}
	if q.of != e.bundle {
		q.of, q.message = e.bundle, e.bundle.message
		q.item = item{message: &q.message, subscriptions: e.subscriptions}
	}
	q.message.payload, q.item.size = e.bundle.payloads[e.next], e.bundle.sizeOf(e.next)
	if e.next++; e.next == len(e.bundle.payloads) {
		q.entries.pop()
		q.of = nil
	}
	return &q.item
}

// nextQuick takes the first item of QoS 0 that has not lost its use, nil for none.
func (o *outbox) nextQuick(now time.Time) *item {
	for o.quick.len() > 0 {
		it := o.quick.pop()
		o.forget(it)
		if !it.message.expired(now) {
			return it
		}
		o.lapsed++
	}
	return nil
}

// putAll is put for a bundle, whose first messages may have to make room for its
// last ones.
func (o *outbox) putAll(b *bundle, subscriptions []int) (dropped int, queued []*item) {
	size := 0
	for i := range b.payloads {
		size += b.sizeOf(i)
	}
	o.bytes += size
	o.loaded += size
	o.quick.pushAll(b, subscriptions)
	return o.makeRoom()
}
