package mqttd

import (
	"sync/atomic"
	"time"
)

// route is who receives the messages of one topic. It is immutable but for the
// turns of its groups, and true of one version of the index.
type route struct {
	version uint64
	targets []target
	groups  []group
	taps    []*Tap
	only    *Tap // where a tap is all who receives them; else nil
}

// target is one session, with what its subscriptions to the topic say together.
type target struct {
	session           *session
	ids               []int
	qos               byte
	noLocal           bool
	retainAsPublished bool
}

// group is the sessions of one shared subscription; they take turns.
type group struct {
	name    string
	members []target
	turn    *atomic.Uint32
}

// routeOf finds who receives a topic. A session with several subscriptions to
// it receives one copy, at the highest QoS of them (MQTT 5.0 §3.3.4).
func (b *Broker) routeOf(topic string) *route {
	r := &route{}
	r.version = b.index.match(topic, r.add)
	if len(r.targets)+len(r.groups) == 0 && len(r.taps) == 1 {
		r.only = r.taps[0]
	}
	return r
}

// current returns who receives a topic now.
func (b *Broker) current(r *route, topic string) *route {
	if r.version == b.index.version.Load() {
		return r
	}
	return b.routeOf(topic)
}

func (r *route) add(s *subscription) {
	switch {
	case s.tap != nil:
		r.taps = append(r.taps, s.tap)
	case s.group != "":
		r.join(s)
	default:
		r.merge(s)
	}
}

func (r *route) join(s *subscription) {
	name := s.group + "/" + s.filter
	for i := range r.groups {
		if r.groups[i].name == name {
			r.groups[i].members = append(r.groups[i].members, targetOf(s))
			return
		}
	}
	r.groups = append(r.groups, group{name: name, members: []target{targetOf(s)}, turn: s.turn})
}

func (r *route) merge(s *subscription) {
	for i := range r.targets {
		t := &r.targets[i]
		if t.session != s.receiver {
			continue
		}
		t.qos = max(t.qos, s.qos)
		t.noLocal = t.noLocal && s.noLocal
		t.retainAsPublished = t.retainAsPublished || s.retainAsPublished
		if s.id > 0 {
			t.ids = append(t.ids, s.id)
		}
		return
	}
	r.targets = append(r.targets, targetOf(s))
}

func targetOf(s *subscription) target {
	t := target{session: s.receiver, qos: s.qos, noLocal: s.noLocal, retainAsPublished: s.retainAsPublished}
	if s.id > 0 {
		t.ids = []int{s.id}
	}
	return t
}

// each calls visit for every session that is to receive a message, those of the
// groups by turns.
func (r *route) each(m *message, visit func(target)) {
	for _, t := range r.targets {
		if !t.noLocal || t.session != m.from {
			visit(t)
		}
	}
	r.eachGroup(visit)
}

// eachGroup calls visit for the session of each group whose turn it is.
func (r *route) eachGroup(visit func(target)) {
	for i := range r.groups {
		visit(r.groups[i].pick())
	}
}

// pick takes the next member that is connected; where none is, the next that
// outlives its connection, or simply the next.
func (g *group) pick() target {
	first := g.turn.Add(1)
	var away *target
	for i := range uint32(len(g.members)) {
		t := &g.members[(first+i)%uint32(len(g.members))]
		if connected, _ := t.session.load(); connected {
			return *t
		}
		if away == nil && t.session.outlives() {
			away = t
		}
	}
	if away != nil {
		return *away
	}
	return g.members[first%uint32(len(g.members))]
}

// item makes what one target receives of a message.
func (t target) item(m *message) *item {
	return &item{
		message: m, subscriptions: t.ids, size: m.size(), qos: min(m.qos, t.qos),
		retain: m.retain && t.retainAsPublished,
	}
}

// known is what a connection knows of a topic that it publishes on.
type known struct {
	topic   string
	allowed bool
	route   *route
}

// mostKnownTopics bounds what a connection remembers.
const mostKnownTopics = 256

// knows looks a topic up, and finds out what has changed about it.
func (c *connection) knows(topic []byte) (k *known, err error) {
	if k = c.recent; k == nil || k.topic != string(topic) {
		if k = c.topics[string(topic)]; k == nil {
			if k, err = c.meet(topic); err != nil {
				return nil, err
			}
		}
		c.recent = k
	}
	if k.route == nil || k.route.version != c.broker.index.version.Load() {
		k.route = c.broker.routeOf(k.topic)
	}
	return k, nil
}

// meet looks at a topic that the client has not published on lately.
func (c *connection) meet(topic []byte) (*known, error) {
	k := &known{topic: string(topic)}
	if err := CheckTopic(k.topic); err != nil {
		return nil, err
	}
	k.allowed = c.rights.mayPublish(k.topic, c.user, c.session.id)
	if len(c.topics) >= mostKnownTopics {
		clear(c.topics)
	}
	c.topics[k.topic] = k
	return k, nil
}

// now is the broker's clock.
func now() time.Time { return time.Now() }
