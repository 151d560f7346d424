package mqttd

import (
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// session is what the broker knows of a client, connected or away. It may be
// used concurrently.
type session struct {
	id     string
	broker *Broker

	mu            sync.Mutex
	user          string
	version       byte          // of the protocol
	expiry        time.Duration // after the connection; 0: ends with it, negative: never
	conn          *connection   // nil: away
	awaySince     time.Time
	will          *message // to be published at willAt, unless the client comes back
	willAt        time.Time
	subscriptions map[string]*subscription // by filter as it was subscribed to
	received      map[uint16]bool          // QoS 2 messages that the client has not released; true: PUBREC was given
	out           *outbox
	lastSeq       uint64
	woken         bool // the writer will look
	ended         bool
}

func newSession(b *Broker, id string) *session {
	return &session{
		id: id, broker: b, out: newOutbox(b.config.Live),
		subscriptions: map[string]*subscription{}, received: map[uint16]bool{},
	}
}

// outlives reports whether the session outlives its connection.
func (s *session) outlives() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expiry != 0 && !s.ended
}

// load reports whether the client is connected and how much waits for it.
func (s *session) load() (connected bool, waiting int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn != nil, s.out.len()
}

// place gives an item its place in the session. It is called once per item of
// QoS 1 or 2, before the item is stored or put.
func (s *session) place(it *item) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastSeq++
	it.seq = s.lastSeq
}

// memoryPerSession is how much of what waits for one session is in memory where
// the vault has it, too.
const memoryPerSession = 1 << 20

// put gives the session an item. It returns the connection whose writer is to
// be woken, nil for none.
func (s *session) put(it *item) (wake *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue(it)
	return s.wake()
}

// putAll is put for a bundle.
func (s *session) putAll(b *bundle, subscriptions []int) (wake *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil || s.ended {
		return nil
	}
	s.dropped(s.out.putAll(b, subscriptions))
	return s.wake()
}

// queue puts an item into the outbox, unless nobody will fetch it. The lock is
// held.
func (s *session) queue(it *item) {
	if s.conn == nil && (it.qos == 0 || s.expiry == 0) || s.ended {
		return
	}
	s.dropped(s.out.put(it))
	s.out.unload(it, memoryPerSession)
}

// dropped counts items that had to make room, and discards those that are queued.
func (s *session) dropped(items int, queued []*item) {
	s.broker.counters.dropped.Add(uint64(items))
	for _, old := range queued {
		s.discard(old)
	}
}

// wake returns the connection whose writer is to be woken, nil for none. The lock
// is held.
func (s *session) wake() *connection {
	if s.conn == nil || s.woken || s.ended || s.out.len() == 0 {
		return nil
	}
	s.woken = true
	return s.conn
}

// discard forgets an item in the vault, some time soon.
func (s *session) discard(it *item) {
	if it.stored {
		id, seq := s.id, it.seq
		s.broker.vault.submit(func(tx *bbolt.Tx) error { return deleteItem(tx, id, seq) }, nil)
	}
}

// pull appends the answers that wait for a client, and then packets to send until
// there are enough bytes, or nothing more may be sent now; then it reports more as
// false, and put will wake the writer. An answer that was given before an item was
// put is in front of that.
func (s *session) pull(c *connection, dst []byte, enough int, now time.Time) (out []byte, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dst = c.control.take(dst)
	if s.conn != c {
		return dst, false
	}
	sent := 0
	for len(dst) < enough {
		it := s.out.next(now)
		if it == nil {
			s.fetch()
			if it = s.out.next(now); it == nil {
				s.woken = false
				break
			}
		}
		before := len(dst)
		if dst = s.appendItem(dst, it, c, now); len(dst) > before {
			sent++
		}
	}
	s.broker.counters.sent.Add(uint64(sent))
	for _, it := range s.out.gone {
		s.discard(it)
	}
	s.broker.counters.expired.Add(uint64(s.out.lapsed))
	s.out.gone, s.out.lapsed = nil, 0
	return dst, s.woken
}

// appendItem appends the packet of one item: PUBREL where the client has it
// already. What is too large for the client counts as sent (MQTT 5.0
// §3.1.2.11.4).
func (s *session) appendItem(dst []byte, it *item, c *connection, now time.Time) []byte {
	if it.released {
		return appendAck(dst, headPubrel, it.id, 0, s.version)
	}
	if c.largest > 0 && it.packetSize(s.version) > c.largest {
		s.broker.counters.tooLarge.Add(1)
		if it.qos > 0 {
			s.discard(s.out.settle(it.id))
		}
		return dst
	}
	return appendPublish(dst, it, s.version, now)
}

// fetchAhead is how many messages are read from the vault at a time.
const fetchAhead = 256

// fetch reads what the first in the queue are without.
func (s *session) fetch() {
	places := s.out.missing(fetchAhead)
	if len(places) == 0 {
		return
	}
	found, err := s.broker.vault.read(s.id, places)
	if err != nil {
		s.broker.log.Error("messages of a session cannot be read", "client", s.id, "error", err)
	}
	s.broker.counters.dropped.Add(uint64(len(places) - len(found)))
	s.out.fill(found, places)
}

// acknowledged ends a message that the client has (PUBACK, PUBCOMP, or PUBREC
// with a refusal) and reports whether more may be sent now.
func (s *session) acknowledged(id uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if it := s.out.settle(id); it != nil {
		s.discard(it)
	}
	s.woken = true // the window has moved: the caller wakes its own writer
}

// release goes on with a QoS 2 message that the client has: when that is on the
// disk, then is called (MQTT 5.0 §4.3.3).
func (s *session) release(id uint16, then func(error)) (known bool) {
	s.mu.Lock()
	it := s.out.release(id)
	s.mu.Unlock()
	if it == nil {
		return false
	}
	if !it.stored {
		then(nil)
		return true
	}
	client, marker := s.id, &item{qos: 2, seq: it.seq, released: true}
	s.broker.vault.submit(func(tx *bbolt.Tx) error { return putItem(tx, client, marker) }, then)
	return true
}

// remember is the session as the vault keeps it.
func (s *session) remember() storedSession {
	s.mu.Lock()
	defer s.mu.Unlock()
	stored := storedSession{User: s.user, Version: s.version, Expiry: s.expiry, Away: s.awaySince}
	for filter, sub := range s.subscriptions {
		stored.Subscriptions = append(stored.Subscriptions, storedSubscription{
			Filter: filter, ID: sub.id, QoS: sub.qos, NoLocal: sub.noLocal, RetainAsPublished: sub.retainAsPublished,
		})
	}
	return stored
}

// over reports whether the session has been away for longer than it lives.
func (s *session) over(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conn == nil && s.expiry >= 0 && now.Sub(s.awaySince) >= s.expiry
}

// dueWill takes the will if it is to be published now.
func (s *session) dueWill(now time.Time) *message {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.will == nil || now.Before(s.willAt) {
		return nil
	}
	will := s.will
	s.will = nil
	return will
}
