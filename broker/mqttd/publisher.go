package mqttd

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/tag"
)

// Publisher publishes many messages from inside the node at a time. It has one
// owner. Like Broker.Publish it never waits.
//
//	for … {
//		if p.Wanted(topic) || retain { p.Publish(message) }
//	}
//	p.Flush()
type Publisher struct {
	broker   *Broker
	topics   map[string]*route
	dirty    []*connection
	messages []message // room for the next ones
	items    []item
	hops     [tag.MaxHops + 1][]byte // the encoded property, by its number
}

// Publisher returns a publisher.
func (b *Broker) Publisher() *Publisher {
	return &Publisher{broker: b, topics: map[string]*route{}}
}

// Wanted reports whether anybody would receive a message on a topic. One that is
// no topic nobody receives.
func (p *Publisher) Wanted(topic string) bool {
	r, err := p.route(topic)
	return err == nil && len(r.targets)+len(r.groups)+len(r.taps) > 0
}

// route finds who receives a topic, and remembers it while nobody comes or goes.
func (p *Publisher) route(topic string) (*route, error) {
	if r := p.topics[topic]; r != nil && r.version == p.broker.index.version.Load() {
		return r, nil
	}
	if err := CheckTopic(topic); err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	if len(p.topics) >= mostKnownTopics {
		clear(p.topics)
	}
	r := p.broker.routeOf(topic)
	p.topics[topic] = r
	return r, nil
}

// Publish publishes a message. Those who receive it get it with Flush at the
// latest. One of QoS 1 or 2, or that is to be retained, is published at once.
func (p *Publisher) Publish(m Message) error {
	b := p.broker
	if m.QoS > 0 || m.Retain {
		return b.Publish(m)
	}
	r, err := p.route(m.Topic)
	if err != nil {
		return err
	}
	if err := b.admits(&m); err != nil {
		return err
	}
	own := p.message()
	*own = message{topic: m.Topic, payload: m.Payload, hops: m.Hops, arrived: now(), properties: p.properties(m.Hops)}
	for _, t := range r.taps {
		t.push(own)
	}
	r.each(own, func(t target) { p.put(t, own) })
	return nil
}

// PublishAll publishes messages of one topic at QoS 0 that differ in their payload
// only. Those that are too large are left out; the error tells of the last.
func (p *Publisher) PublishAll(topic string, hops int, payloads [][]byte) (refused error) {
	r, err := p.route(topic)
	if err != nil {
		return err
	}
	b := &bundle{
		message:  message{topic: topic, hops: hops, arrived: now(), properties: p.properties(hops)},
		payloads: make([][]byte, 0, len(payloads)),
	}
	for _, payload := range payloads {
		if err := p.broker.fits(topic, 0, len(payload)); err != nil {
			refused = err
			continue
		}
		b.payloads = append(b.payloads, payload)
	}
	if err := p.broker.receives(len(b.payloads)); err != nil {
		return err
	}
	if len(b.payloads) > 0 {
		p.pass(r, b)
	}
	return refused
}

// pass gives a bundle to all who receive it: taps and groups take its messages
// one by one.
func (p *Publisher) pass(r *route, b *bundle) {
	for _, t := range r.targets {
		if c := t.session.putAll(b, t.ids); c != nil {
			p.dirty = append(p.dirty, c)
		}
	}
	if len(r.taps)+len(r.groups) == 0 {
		return
	}
	for _, payload := range b.payloads {
		m := p.message()
		*m = b.message
		m.payload = payload
		for _, t := range r.taps {
			t.push(m)
		}
		r.eachGroup(func(t target) { p.put(t, m) })
	}
}

// properties returns the user property that tells the hops.
func (p *Publisher) properties(hops int) []byte {
	if hops <= 0 || hops > tag.MaxHops {
		return hopsProperty(hops)
	}
	if p.hops[hops] == nil {
		p.hops[hops] = hopsProperty(hops)
	}
	return p.hops[hops]
}

// roomFor is how many messages, or items, are made room for at a time. They stay
// in memory together.
const roomFor = 32

func (p *Publisher) message() *message {
	if len(p.messages) == 0 {
		p.messages = make([]message, roomFor)
	}
	m := &p.messages[0]
	p.messages = p.messages[1:]
	return m
}

func (p *Publisher) put(t target, m *message) {
	if len(p.items) == 0 {
		p.items = make([]item, roomFor)
	}
	it := &p.items[0]
	p.items = p.items[1:]
	*it = item{message: m, subscriptions: t.ids, size: m.size()}
	if c := t.session.put(it); c != nil {
		p.dirty = append(p.dirty, c)
	}
}

// Flush has what was published written: at once as far as the sockets take it
// without waiting.
func (p *Publisher) Flush() {
	for i, c := range p.dirty {
		if !c.writeNow() {
			c.control.kick()
		}
		p.dirty[i] = nil
	}
	p.dirty = p.dirty[:0]
}
