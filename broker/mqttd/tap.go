package mqttd

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/holdfast-edge/holdfast/supervisor"
)

// Overflow is what happens when a tap is full.
type Overflow uint8

// The policies of a tap.
const (
	// Block makes the publishing client wait, up to its socket.
	Block Overflow = iota
	// DropOldest drops the oldest message of QoS 0, counted. One that has to be
	// acknowledged is never dropped: its publisher waits.
	DropOldest
)

// Tap is a reader of messages inside the node.
type Tap struct {
	broker   *Broker
	filter   string
	capacity int
	overflow Overflow
	handle   func(context.Context, []Message) error

	mu      sync.Mutex
	waiting deque[tapped]
	count   int  // messages in waiting
	bytes   int  // of waiting
	awaited bool // somebody waits for room
	dropped uint64
	closed  bool
	more    chan struct{} // holds a token while something waits
	room    chan struct{} // closed, and made anew, when there is room again
	done    chan struct{} // closed when run has returned
	cancel  context.CancelFunc
}

// tapped is a message for a tap, or a portion of them; settle is nil at QoS 0.
type tapped struct {
	message *message  // nil: a portion
	portion []Message // not empty, where there is no message
	size    int       // of the messages
	settle  func(error)
}

// one is the entry of a message.
func one(m *message, settle func(error)) tapped {
	return tapped{message: m, size: m.size(), settle: settle}
}

// len is how many messages the entry has.
func (e *tapped) len() int {
	if e.message != nil {
		return 1
	}
	return len(e.portion)
}

// TapOptions are how a tap takes messages.
type TapOptions struct {
	Capacity int // messages that may wait; 4,096
	Overflow Overflow
}

// mostTapped bounds a batch.
const mostTapped = 1024

// Tap calls handle with the messages on topics under the filter: those of
// clients and those that the node itself publishes. Messages come in the order
// in which a client published them, as many at a time as have gathered, from
// one goroutine. The slice is valid until handle returns.
//
// A message of QoS 1 or 2 is acknowledged to its publisher after handle has
// returned nil; where it returns an error all publishers of the batch that wait
// for that are disconnected. ctx is cancelled by Close.
func (b *Broker) Tap(filter string, o TapOptions, handle func(context.Context, []Message) error) (*Tap, error) {
	if err := CheckFilter(filter); err != nil {
		return nil, fmt.Errorf("tap %q: %w", filter, err)
	}
	set(&o.Capacity, 4096)
	ctx, cancel := context.WithCancel(context.Background())
	t := &Tap{
		broker: b, filter: filter, capacity: o.Capacity, overflow: o.Overflow, handle: handle,
		more: make(chan struct{}, 1), room: make(chan struct{}), done: make(chan struct{}), cancel: cancel,
	}
	go t.run(ctx)
	b.taps.add(t)
	b.index.add(&subscription{filter: filter, tap: t, qos: 2})
	b.watches.look()
	return t, nil
}

// Dropped is how many messages went over the capacity, or were at hand when their
// connection was ended while the tap was full.
func (t *Tap) Dropped() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dropped
}

// Close ends the tap. It returns when handle has returned for the last time;
// publishers of what still waited are disconnected. It must not be called from
// handle.
func (t *Tap) Close() {
	t.broker.index.remove(t, "", t.filter)
	t.broker.watches.look()
	t.mu.Lock()
	already := t.closed
	t.closed = true
	if !already {
		close(t.room)
	}
	t.mu.Unlock()
	t.cancel()
	t.wake()
	<-t.done
	t.broker.taps.remove(t)
}

// errTapClosed is why a message was not taken.
var errTapClosed = errors.New("the stream that reads this topic was closed")

// offer gives the tap a message unless it is full; a full one that drops makes
// room where it may.
func (t *Tap) offer(entry tapped) (taken bool) {
	taken, closed := t.tryOffer(entry)
	if closed && entry.settle != nil {
		entry.settle(errTapClosed)
	}
	return taken
}

func (t *Tap) tryOffer(entry tapped) (taken, closed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return true, true
	}
	for !t.fits(&entry) {
		if t.overflow == Block || !t.evict() {
			t.awaited = true
			return false, false
		}
	}
	t.put(entry)
	return true, false
}

// mostTapBytes bounds the content that waits for one tap.
const mostTapBytes = 16 << 20

// fits reports whether there is room. A tap that is empty has room for any entry.
func (t *Tap) fits(entry *tapped) bool {
	return t.count == 0 || t.count+entry.len() <= t.capacity && t.bytes < mostTapBytes
}

func (t *Tap) put(entry tapped) {
	t.count += entry.len()
	t.bytes += entry.size
	t.waiting.push(entry)
	t.wake()
}

func (t *Tap) take() tapped {
	entry := t.waiting.pop()
	t.count -= entry.len()
	t.bytes -= entry.size
	return entry
}

// evict drops the oldest message if nobody waits for its acknowledgement.
func (t *Tap) evict() bool {
	oldest := t.waiting.at(0)
	switch {
	case oldest.settle != nil:
		return false
	case oldest.len() > 1:
		size := oldest.portion[0].size()
		oldest.portion, oldest.size = oldest.portion[1:], oldest.size-size
		t.count--
		t.bytes -= size
	default:
		t.take()
	}
	t.drop(1)
	return true
}

// lost counts messages of QoS 0 whose publisher has gone while there was no room.
func (t *Tap) lost(messages int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(messages)
}

// drop counts messages that nobody gets. The lock is held.
func (t *Tap) drop(messages int) {
	t.dropped += uint64(messages)
	t.broker.counters.droppedByTaps.Add(uint64(messages))
}

// errNotOffered is why a message was not taken: its publisher has gone while the
// tap was full.
var errNotOffered = errors.New("the connection ended while the stream was full")

// wait gives the tap a message as soon as there is room, unless over is closed
// before.
func (t *Tap) wait(entry tapped, over <-chan struct{}) {
	for {
		t.mu.Lock()
		room := t.room
		t.mu.Unlock()
		if t.offer(entry) {
			return
		}
		select {
		case <-room:
		case <-over:
			if entry.settle != nil {
				entry.settle(errNotOffered)
			} else {
				t.lost(entry.len())
			}
			return
		}
	}
}

// push gives the tap a message from inside the node, which never waits: where
// there is no room the oldest gives way, or the message itself.
func (t *Tap) push(m *message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	entry := one(m, nil)
	for !t.fits(&entry) {
		if !t.evict() {
			t.drop(1)
			return
		}
	}
	t.put(entry)
}

func (t *Tap) wake() {
	select {
	case t.more <- struct{}{}:
	default:
	}
}

// run hands over what has gathered, until the tap is closed.
func (t *Tap) run(ctx context.Context) {
	defer close(t.done)
	var entries []tapped
	var batch []Message
	for range t.more {
		for {
			var over bool
			if entries, over = t.gather(entries[:0]); over {
				settleAll(entries, errTapClosed)
				return
			}
			if len(entries) == 0 {
				break
			}
			batch = t.handAll(ctx, batch, entries)
		}
	}
}

// hand calls handle. A panic there is the error of this batch.
func (t *Tap) hand(ctx context.Context, batch []Message, entries []tapped) {
	var err error
	if failure := supervisor.Guard(func() { err = t.handle(ctx, batch) }); failure != nil {
		err = failure
	}
	if err != nil {
		t.broker.log.Error("messages are not taken", "filter", t.filter, "messages", len(batch), "error", err, "stack", stackOf(err))
		err = fmt.Errorf("take messages on %s: %w", t.filter, err)
	}
	settleAll(entries, err)
}

// handAll calls handle with all that was gathered: a portion that is worth it as
// it is, the others together.
func (t *Tap) handAll(ctx context.Context, batch []Message, entries []tapped) []Message {
	defer clear(entries)
	for len(entries) > 0 {
		if first := &entries[0]; len(first.portion) > copied {
			t.hand(ctx, first.portion, entries[:1])
			t.broker.rooms.give(first.portion)
			entries = entries[1:]
			continue
		}
		n := 0
		for batch = batch[:0]; n < len(entries) && len(entries[n].portion) <= copied; n++ {
			if e := &entries[n]; e.message != nil {
				batch = append(batch, e.message.seen())
			} else {
				batch = append(batch, e.portion...)
				t.broker.rooms.give(e.portion)
			}
		}
		t.hand(ctx, batch, entries[:n])
		clear(batch)
		entries = entries[n:]
	}
	return batch
}

// copied is up to how many messages of a portion are copied to those of others.
const copied = 32

func settleAll(entries []tapped, err error) {
	for _, e := range entries {
		if e.settle != nil {
			e.settle(err)
		}
	}
}

// gather takes what waits. When the tap is closed it takes everything.
func (t *Tap) gather(dst []tapped) (entries []tapped, over bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n := 0; t.waiting.len() > 0 && (n < mostTapped || t.closed); {
		entry := t.take()
		n += entry.len()
		dst = append(dst, entry)
	}
	if t.awaited && len(dst) > 0 && !t.closed {
		t.awaited = false
		close(t.room)
		t.room = make(chan struct{})
	}
	return dst, t.closed
}
