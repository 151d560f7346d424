package mqttd

import (
	"unicode/utf8"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/holdfast-edge/holdfast/tag"
)

// mostAliases is how many topics a client may give short names (MQTT 5.0
// §3.1.2.11.5).
const mostAliases = 64

// publish takes a message from the client.
func (c *connection) publish(flags byte, body []byte) error {
	p, err := decodePublish(flags, body, c.version)
	if err != nil {
		return err
	}
	topic, err := c.resolve(&p)
	if err != nil {
		return err
	}
	k, err := c.knows(topic)
	switch {
	case err != nil && !utf8.Valid(topic):
		return packets.ErrMalformedInvalidUTF8 // MQTT 5.0 §1.5.4
	case err != nil:
		c.broker.log.Warn("a client publishes on a topic that is none", "client", c.session.id, "error", err)
		return packets.ErrTopicNameInvalid
	}
	if reason := c.objection(k, &p); reason.Code != 0 {
		c.broker.counters.received.Add(1)
		return c.deny(&p, reason)
	}
	if t := k.route.only; t != nil && p.qos == 0 && !p.retain {
		c.gatherUp(t, k.topic, &p)
		return nil
	}
	c.broker.counters.received.Add(1)
	c.handOver() // a tap has a client's messages in their order
	m := c.message(k.topic, &p)
	if p.qos == 0 {
		c.pass(k.route, m)
		return nil
	}
	return c.arrive(k.route, m, p.id)
}

// resolve finds the topic that an alias stands for, or notes what it is to
// stand for.
func (c *connection) resolve(p *publish) (topic []byte, err error) {
	switch {
	case p.alias == 0:
		return p.topic, nil
	case p.alias > mostAliases:
		return nil, packets.ErrTopicAliasInvalid
	case len(p.topic) > 0:
		if c.aliases == nil {
			c.aliases = map[uint16]string{}
		}
		c.aliases[p.alias] = string(p.topic)
		return p.topic, nil
	default:
		topic, known := c.aliases[p.alias]
		if !known {
			return nil, packets.ErrTopicAliasInvalid
		}
		return []byte(topic), nil
	}
}

// objection is why a message is not taken; its code is 0 where it is.
func (c *connection) objection(k *known, p *publish) packets.Code {
	switch {
	case !k.allowed:
		c.broker.counters.denied.Add(1)
		return packets.ErrNotAuthorized
	case p.hops > tag.MaxHops:
		c.broker.counters.denied.Add(1)
		return packets.ErrAdministrativeAction // it goes round in circles
	default:
		return packets.CodeSuccess
	}
}

// deny refuses one message. MQTT before 5 cannot say no to a message: rather
// than to acknowledge what is thrown away, the connection is ended.
func (c *connection) deny(p *publish, reason packets.Code) error {
	switch {
	case p.qos == 0:
		return nil
	case c.version < 5:
		return reason
	default:
		return c.queue(&arrival{id: p.id, qos: p.qos, reason: reason.Code})
	}
}

// message copies a message out of the reader's buffer.
func (c *connection) message(topic string, p *publish) *message {
	content := make([]byte, len(p.properties)+len(p.payload))
	split := copy(content, p.properties)
	copy(content[split:], p.payload)
	m := &message{
		topic: topic, properties: content[:split:split], payload: content[split:],
		qos: p.qos, retain: p.retain, from: c.session, hops: p.hops, arrived: now(),
	}
	if p.expiry > 0 {
		m.expires = m.arrived.Add(p.expiry)
	}
	return m
}

// pass gives a message of QoS 0 to all who receive it.
func (c *connection) pass(r *route, m *message) {
	c.pace.streamed(len(r.taps) > 0 && len(r.targets)+len(r.groups) == 0)
	for _, t := range r.taps {
		c.tap(t, one(m, nil))
	}
	if m.retain {
		r = c.broker.retain(r, m)
	}
	r.each(m, func(t target) { c.touch(t.session.put(t.item(m))) })
}

// tap gives a message to a tap. Where that makes the reader wait, the writers
// are woken first.
func (c *connection) tap(t *Tap, entry tapped) {
	if t.offer(entry) {
		return
	}
	c.settle()
	t.wait(entry, c.closing)
}

// arrive takes a message of QoS 1 or 2, to be acknowledged when it is safe.
func (c *connection) arrive(r *route, m *message, id uint16) error {
	a := &arrival{id: id, qos: m.qos, message: m, route: r, open: len(r.taps)}
	if m.qos == 2 {
		if again, answered := c.session.receive(id); again {
			if !answered {
				return nil // the answer to the first is on its way
			}
			return c.answer(appendAck(nil, headPubrec, id, 0, c.version))
		}
	}
	if err := c.queue(a); err != nil {
		c.session.forget(id)
		return err
	}
	for _, t := range r.taps {
		c.tap(t, one(m, func(err error) { c.settled(a, err) }))
	}
	return nil
}

// receive notes a QoS 2 message, and reports whether it was noted before, and
// answered (MQTT 5.0 §4.3.3).
func (s *session) receive(id uint16) (again, answered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answered, again = s.received[id]
	if !again {
		s.received[id] = false
	}
	return again, answered
}

// answered notes that PUBREC is given, and returns the connection to give it on:
// the client may have come back on another since it sent the message.
func (s *session) answered(id uint16) *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received[id] = true
	return s.conn
}

// forget notes that a QoS 2 message was not taken. It returns the connection on
// which the client may be waiting for an answer.
func (s *session) forget(id uint16) *connection {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.received, id)
	return s.conn
}
