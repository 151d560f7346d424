package mqttd

import (
	"sync"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.etcd.io/bbolt"
)

// arrival is a message of QoS 1 or 2 from the moment it came until it is
// acknowledged.
type arrival struct {
	message *message // nil: refused with reason
	route   *route
	id      uint16
	qos     byte
	reason  byte
	open    int   // taps that have not answered
	err     error // the first of theirs that was no
}

// arrivals are those of one connection. They are stored, delivered and
// acknowledged in the order in which they came (MQTT 5.0 §4.6), however long
// each of them takes.
//
//	queue ─▶ waiting for taps ─▶ storing ─▶ delivered, acknowledged
type arrivals struct {
	room chan struct{} // holds a token after one has been acknowledged

	mu       sync.Mutex
	waiting  deque[*arrival]
	storing  int
	draining bool // somebody moves the first of waiting on
}

// queue takes an arrival in. It waits while the client has as many as it may
// have; the writers are woken first.
func (c *connection) queue(a *arrival) error {
	for !c.arrivals.push(a, c.broker.config.ReceiveMaximum) {
		c.settle()
		select {
		case <-c.arrivals.room:
		case <-c.closing:
			return packets.CodeDisconnect
		}
	}
	c.drain(c.touch)
	return nil
}

// push reports false where there are too many already.
func (q *arrivals) push(a *arrival, most int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.waiting.len()+q.storing >= most {
		return false
	}
	q.waiting.push(a)
	return true
}

// settled notes the answer of one tap.
func (c *connection) settled(a *arrival, err error) {
	c.arrivals.mu.Lock()
	a.open--
	if a.err == nil {
		a.err = err
	}
	c.arrivals.mu.Unlock()
	c.drain(wakeNow)
}

// drain moves on what is ready, in order. wake wakes a writer.
func (c *connection) drain(wake func(*connection)) {
	q := &c.arrivals
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.draining {
		return
	}
	q.draining = true
	for q.waiting.len() > 0 && (*q.waiting.at(0)).open == 0 {
		a := q.waiting.pop()
		q.storing++
		alone := q.storing == 1
		q.mu.Unlock()
		c.store(a, alone, wake)
		q.mu.Lock()
	}
	q.draining = false
}

// store makes an arrival safe for those whose sessions outlive the process, and
// finishes it. alone is true where there is none before it in the vault that it
// could overtake.
func (c *connection) store(a *arrival, alone bool, wake func(*connection)) {
	var p plan
	waits := false
	submit := func() {
		if change := p.change(c.broker); change != nil || !alone {
			waits = true
			c.broker.vault.submit(change, func(err error) { c.finish(a, p, err, wakeNow) })
		}
	}
	if a.message == nil || a.err != nil {
		submit()
	} else {
		c.broker.retained.publishing(a.message, func() {
			p = c.planFor(a)
			submit()
		})
	}
	if !waits {
		c.finish(a, p, nil, wake)
	}
}

// planFor is the plan of an arrival, which includes that it has been received.
func (c *connection) planFor(a *arrival) plan {
	p := c.broker.plan(a.route, a.message)
	if a.qos == 2 && c.session.outlives() {
		p.received, p.receivedID = c.session, a.id
	}
	return p
}

// finish delivers an arrival and acknowledges it, or ends the connection where
// that would be a lie.
func (c *connection) finish(a *arrival, p plan, err error, wake func(*connection)) {
	if a.err != nil {
		err = a.err
	}
	if err != nil {
		p.abandon(c.broker)
		c.reject(a, err)
	} else {
		p.deliver(c.broker, wake)
		c.acknowledge(a, wake)
	}
	c.arrivals.mu.Lock()
	c.arrivals.storing--
	c.arrivals.mu.Unlock()
	select {
	case c.arrivals.room <- struct{}{}:
	default:
	}
}

// acknowledge answers an arrival.
func (c *connection) acknowledge(a *arrival, wake func(*connection)) {
	switch {
	case a.qos == 1:
		c.control.addAck(headPuback, a.id, a.reason, c.version)
		wake(c)
	case a.message == nil:
		c.control.addAck(headPubrec, a.id, a.reason, c.version)
		wake(c)
	default:
		if to := c.session.answered(a.id); to != nil {
			to.control.addAck(headPubrec, a.id, 0, to.version)
			wake(to)
		}
	}
}

// reject leaves an arrival unacknowledged, so that the client sends it again. One that was refused before is
// not answered either: its place is behind one that was not kept.
func (c *connection) reject(a *arrival, err error) {
	if a.message == nil {
		c.end(packets.ErrImplementationSpecificError)
		return
	}
	c.broker.counters.commitFailures.Add(1)
	c.broker.log.Error("a message is not acknowledged, its publisher is disconnected",
		"client", c.session.id, "topic", a.message.topic, "error", err)
	c.end(packets.ErrImplementationSpecificError)
	if a.qos < 2 {
		return
	}
	if to := c.session.forget(a.id); to != nil {
		to.end(packets.ErrImplementationSpecificError)
	}
}

// wakeNow is how goroutines other than a reader wake a writer.
func wakeNow(c *connection) {
	if c != nil {
		c.control.kick()
	}
}

// plan is who is to receive what, and what has to be on the disk before they
// do.
type plan struct {
	message    *message // nil: there are deliveries only
	retains    bool     // the message is kept for who subscribes later: there is room
	deliveries []delivery
	received   *session // QoS 2: the publisher's, with the message's identifier
	receivedID uint16
}

// delivery is one item for one session.
type delivery struct {
	to   *session
	item *item
}

// plan gives every item its place, in the step of publishing.
func (b *Broker) plan(r *route, m *message) plan {
	p := plan{message: m}
	if m.retain {
		r = b.current(r, m.topic)
		if p.retains = b.retained.announce(m); !p.retains {
			b.counters.unretained.Add(1)
		}
	}
	r.each(m, func(t target) {
		it := t.item(m)
		if it.qos > 0 {
			t.session.place(it)
			it.stored = b.vault != nil && t.session.outlives()
		}
		p.deliveries = append(p.deliveries, delivery{t.session, it})
	})
	return p
}

// change is what has to be written, nil for nothing.
func (p *plan) change(b *Broker) func(*bbolt.Tx) error {
	if b.vault == nil || p.message == nil {
		return nil
	}
	needed := p.retains || p.received != nil
	for _, d := range p.deliveries {
		needed = needed || d.item.stored
	}
	if !needed {
		return nil
	}
	return p.write
}

// write is the change.
func (p *plan) write(tx *bbolt.Tx) error {
	for _, d := range p.deliveries {
		if !d.item.stored || !d.to.outlives() {
			continue
		}
		if err := putItem(tx, d.to.id, d.item); err != nil {
			return err
		}
	}
	if p.received != nil {
		if err := putReceived(tx, p.received.id, p.receivedID); err != nil {
			return err
		}
	}
	if !p.retains {
		return nil
	}
	return putRetained(tx, p.message)
}

// deliver gives the items to their sessions.
func (p *plan) deliver(b *Broker, wake func(*connection)) {
	if p.retains {
		b.retained.settle(p.message, true)
	}
	for _, d := range p.deliveries {
		wake(d.to.put(d.item))
	}
}

// abandon ends a plan that is not carried out.
func (p *plan) abandon(b *Broker) {
	if p.retains {
		b.retained.settle(p.message, false)
	}
}
