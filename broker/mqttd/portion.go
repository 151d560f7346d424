package mqttd

import (
	"bytes"
	"slices"
	"sync"
	"time"
)

// portion is messages that a connection has received for one tap and that nobody
// else receives, at QoS 0: they are handed over together. It belongs to the
// reader of the connection.
//
// Their content lies in a few blocks, and no message has an object of its own. Messages that came with one read have arrived at one time; they are
// told apart by the nanosecond.
type portion struct {
	tap      *Tap // nil: the portion is empty
	messages []Message
	size     int // of the messages, as it counts against limits
	many     int // messages of the portion before it
	last     time.Time
	block    block
}

// mostInPortion is how many messages are handed over together.
const mostInPortion = 512

// gatherUp adds a message to the portion for a tap.
func (c *connection) gatherUp(t *Tap, topic string, p *publish) {
	q := &c.portion
	if q.tap != t || len(q.messages) >= min(mostInPortion, t.capacity) {
		c.handOver()
		q.tap, q.messages = t, c.broker.rooms.take(q.many+q.many/8+1)
	}
	c.pace.streamed(true)
	q.messages = append(q.messages, Message{
		Topic: topic, Payload: q.block.copy(c, p.payload), Hops: p.hops, Client: c.session.id, Arrived: q.arrival(),
	})
	q.size += q.messages[len(q.messages)-1].size()
}

// arrival returns when a message came: later than the one before it.
func (q *portion) arrival() time.Time {
	if len(q.messages) == 0 {
		if at := now(); at.After(q.last) {
			q.last = at
			return at
		}
	}
	q.last = q.last.Add(time.Nanosecond)
	return q.last
}

// handOver gives the portion in hand to its tap, and waits where that is full.
func (c *connection) handOver() {
	q := &c.portion
	if q.tap == nil {
		return
	}
	t, entry := q.tap, tapped{portion: q.messages, size: q.size}
	q.many = len(q.messages)
	q.tap, q.messages, q.size = nil, nil, 0
	c.broker.counters.received.Add(uint64(q.many))
	c.tap(t, entry)
}

// block is what the reader's buffer held, copied as one: payloads lie in there as
// they came. It is immutable, and stays in memory while one of them does.
type block struct {
	content []byte
	reads   int // of the source, when it was copied
	behind  int // octets of the buffer that come behind it
}

// mostInBlock bounds what is copied, and stays in memory, together.
const mostInBlock = 16 << 10

// copy copies the payload of the packet that was read last, which ends it, out of
// the reader's buffer.
func (b *block) copy(c *connection, payload []byte) []byte {
	behind := c.in.Buffered()
	to := len(b.content) - (behind - b.behind)
	if b.reads != c.source.reads || to > len(b.content) || to < len(payload) {
		b.fill(c, payload)
		to = len(payload)
	}
	return b.content[to-len(payload) : to : to]
}

// fill begins a block with a payload. What comes behind it is copied as well where
// it is likely to be of the same kind.
func (b *block) fill(c *connection, payload []byte) {
	b.reads, b.behind = c.source.reads, c.in.Buffered()
	if ahead := min(b.behind, mostInBlock-len(payload)); ahead > 0 && c.pace.portion > 0 {
		b.behind -= ahead
		next, _ := c.in.Peek(ahead)
		b.content = slices.Concat(payload, next)
		return
	}
	b.content = bytes.Clone(payload)
}

// rooms is where the messages of portions lie. It may be used concurrently.
type rooms struct{ pool sync.Pool }

// take returns room for messages: for so many where it is new.
func (r *rooms) take(messages int) []Message {
	if room, ok := r.pool.Get().(*[]Message); ok {
		return *room
	}
	return make([]Message, 0, min(messages, mostInPortion))
}

// give gives back the room of a portion that was handed over. Nobody has it any
// more.
func (r *rooms) give(portion []Message) {
	clear(portion)
	portion = portion[:0]
	r.pool.Put(&portion)
}

// size is what the message counts against limits.
func (m *Message) size() int { return messageOverhead + len(m.Topic) + len(m.Payload) }
