package mqttd

import (
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.etcd.io/bbolt"
)

// entry is what a client asks for with CONNECT.
type entry struct {
	id     string
	clean  bool          // forget what was
	expiry time.Duration // of the session, after the connection
	window int           // messages that may be on the way to it
}

// takeover is how long the connection that a client had before may take to end.
const takeover = 10 * time.Second

// attach gives a client its session, a new one or the one that it had. Another
// connection of the same client is ended first, and has ended when attach goes
// on, so that two connections never share a session (MQTT 5.0 §3.1.4).
func (b *Broker) attach(c *connection, e entry) (present bool, err error) {
	patience := time.NewTimer(takeover)
	defer patience.Stop()
	for {
		a, err := b.tryAttach(c, e)
		b.lastWords(a.ended, a.will, now())
		if a.other == nil {
			return a.present, err
		}
		a.other.end(packets.ErrSessionTakenOver)
		select {
		case <-a.other.gone:
		case <-b.over:
			return false, packets.ErrServerShuttingDown
		case <-patience.C:
			return false, packets.ErrServerBusy
		}
	}
}

// attachment is what an entry comes to.
type attachment struct {
	present bool        // it is the session of before
	other   *connection // has to end first; then it is nothing yet
	ended   *session    // of before
	will    *message    // of ended, which did not wait for its time
}

// tryAttach returns the other connection where there is one. A session belongs
// to the user who began it. Whoever takes the place of a connection of its own is not
// one client more.
func (b *Broker) tryAttach(c *connection, e entry) (a attachment, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sessions[e.id]
	if s != nil {
		user, conn := s.holder()
		if user != c.user {
			return a, packets.ErrClientIdentifierNotValid
		}
		if conn != nil {
			return attachment{other: conn}, nil
		}
	}
	if len(b.connections) > b.config.MaxClients {
		return a, packets.ErrServerBusy
	}
	if s != nil && e.clean {
		a.ended, a.will = s, s.takeWill()
		b.discard(s)
		s = nil
	}
	if a.present = s != nil; !a.present {
		s = newSession(b, e.id)
		b.sessions[e.id] = s
	}
	c.session = s
	s.begin(c, e)
	b.counters.connections.Add(1)
	b.persist(s)
	return a, nil
}

// takeWill takes the will that waits: the session ends, and with it the wait (MQTT 5.0
// §3.1.3.2.2).
func (s *session) takeWill() *message {
	s.mu.Lock()
	defer s.mu.Unlock()
	will := s.will
	s.will = nil
	return will
}

// holder is whose session it is, and on which connection; nil while away.
func (s *session) holder() (user string, conn *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user, s.conn
}

// begin begins a connection.
func (s *session) begin(c *connection, e entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn, s.user, s.version, s.expiry = c, c.user, c.version, e.expiry
	s.will, s.woken = nil, true
	s.out.limits = s.broker.config.Live
	if e.expiry != 0 {
		s.out.limits = s.broker.config.Kept
	}
	s.out.reconnect(e.window)
}

// part ends a connection's hold on its session. will is what is to be published
// now, nil for nothing.
func (s *session) part(c *connection, at time.Time) (will *message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn, s.awaySince = nil, at
	s.broker.counters.dropped.Add(uint64(s.out.disconnect()))
	if c.will == nil || c.willWait == 0 || s.expiry == 0 {
		return c.will
	}
	s.will, s.willAt = c.will, at.Add(min(c.willWait, s.expiry))
	return nil
}

// leave is called when nothing of a connection runs any more.
func (b *Broker) leave(c *connection) {
	if c.session == nil {
		return
	}
	at := now()
	b.mu.Lock()
	will := c.session.part(c, at)
	if c.session.over(at) {
		b.discard(c.session)
	} else {
		b.persist(c.session)
	}
	b.mu.Unlock()
	b.lastWords(c.session, will, at)
}

// discard ends a session. Its caller holds b.mu.
func (b *Broker) discard(s *session) {
	delete(b.sessions, s.id)
	for _, sub := range s.finish() {
		b.index.remove(s, sub.group, sub.filter)
	}
	b.watches.look()
	b.vault.submit(func(tx *bbolt.Tx) error { return dropSession(tx, s.id) }, nil)
}

// finish marks the session as ended and returns its subscriptions.
func (s *session) finish() (subs []*subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for _, sub := range s.subscriptions {
		subs = append(subs, sub)
	}
	clear(s.subscriptions)
	return subs
}

// persist writes the session, some time soon, if it outlives its connection.
func (b *Broker) persist(s *session) {
	if s.outlives() {
		b.vault.submit(s.write, nil)
	}
}

// write is the change that keeps the session as it is when it is committed.
func (s *session) write(tx *bbolt.Tx) error {
	if !s.outlives() {
		return nil
	}
	return putSession(tx, s.id, s.remember())
}

// lastWords publishes a will. Its life begins now.
func (b *Broker) lastWords(s *session, will *message, at time.Time) {
	if will == nil {
		return
	}
	m := *will
	m.from, m.arrived = s, at
	if !m.expires.IsZero() {
		m.expires = at.Add(m.expires.Sub(time.Unix(0, 0)))
	}
	if err := b.issue(&m); err != nil {
		b.log.Error("a will is not published", "client", s.id, "error", err)
	}
}
