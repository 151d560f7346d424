package mqttd

import "time"

// portion is messages that a connection has received for one tap and that nobody
// else receives, at QoS 0: they are handed over together. It belongs to the
// reader of the connection.
//
// Their content lies in a few pieces of memory, and no message has an object of
// its own. Messages that came with one read have arrived at one time; they are
// told apart by the nanosecond.
type portion struct {
	tap      *Tap // nil: the portion is empty
	messages []Message
	content  []byte
	size     int // of the messages, as it counts against limits
	used     int // content of this portion
	before   int // content of the portion before it
	many     int // messages of the portion before it
	last     time.Time
}

const (
	mostInPortion = 512      // messages that are handed over together
	mostContent   = 16 << 10 // content that is made room for at a time; it stays in memory together
)

// gatherUp adds a message to the portion for a tap.
func (c *connection) gatherUp(t *Tap, topic string, p *publish) {
	q := &c.portion
	if q.tap != t || len(q.messages) >= min(mostInPortion, t.capacity) {
		c.handOver()
		if q.tap, q.messages = t, t.spare(); q.messages == nil {
			q.messages = make([]Message, 0, min(q.many+q.many/8+1, mostInPortion))
		}
	}
	c.pace.streamed(true)
	q.messages = append(q.messages, Message{
		Topic: topic, Payload: q.copy(p.payload), Hops: p.hops, Client: c.session.id, Arrived: q.arrival(),
	})
	q.size += q.messages[len(q.messages)-1].size()
}

// copy copies a payload out of the reader's buffer.
func (q *portion) copy(payload []byte) []byte {
	if len(payload) > cap(q.content)-len(q.content) {
		room := min(max(q.before+q.before/8-q.used, 2*len(payload)), mostContent)
		q.content = make([]byte, 0, max(room, len(payload)))
	}
	from := len(q.content)
	q.content = append(q.content, payload...)
	q.used += len(payload)
	return q.content[from:len(q.content):len(q.content)]
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
	q.before, q.many = q.used, len(q.messages)
	q.tap, q.messages, q.content, q.used, q.size = nil, nil, nil, 0, 0
	c.tap(t, entry)
}

// size is what the message counts against limits.
func (m *Message) size() int { return messageOverhead + len(m.Topic) + len(m.Payload) }
