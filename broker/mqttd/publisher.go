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
	messages, at, properties := make([]message, 0, len(payloads)), now(), p.properties(hops)
	for _, payload := range payloads {
		if err := p.broker.admits(&Message{Topic: topic, Payload: payload}); err != nil {
			refused = err
			continue
		}
		messages = append(messages, message{topic: topic, payload: payload, hops: hops, arrived: at, properties: properties})
	}
	for _, t := range r.taps {
		for i := range messages {
			t.push(&messages[i])
		}
	}
	for _, t := range r.targets {
		p.putAll(t, messages)
	}
	if len(r.groups) > 0 {
		for i := range messages {
			r.eachGroup(func(t target) { p.put(t, &messages[i]) })
		}
	}
	return refused
}

// putAll gives a session many messages.
func (p *Publisher) putAll(t target, messages []message) {
	items := make([]item, len(messages))
	for i := range messages {
		items[i] = item{message: &messages[i], subscriptions: t.ids, size: messages[i].size()}
	}
	if c := t.session.putAll(items); c != nil {
		p.dirty = append(p.dirty, c)
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
