package mqttd

import (
	"encoding/binary"
	"encoding/json"
	"slices"

	"go.etcd.io/bbolt"
)

// restore takes back the sessions and retained messages of the file. What cannot
// be read is left out, counted and reported: one damaged record is no reason to
// serve nobody.
func (b *Broker) restore() error {
	return b.vault.db.View(func(tx *bbolt.Tx) error {
		err := tx.Bucket([]byte(sessionsBucket)).ForEach(func(client, data []byte) error {
			s, err := b.restoreSession(tx, string(client), data)
			if err != nil {
				b.unreadable("session", string(client), err)
				return nil
			}
			b.sessions[s.id] = s
			return nil
		})
		if err != nil {
			return err
		}
		return tx.Bucket([]byte(retainedBucket)).ForEach(func(topic, record []byte) error {
			it, err := decodeRecord(record)
			if err != nil || it.message == nil {
				b.unreadable("retained message", string(topic), err)
				return nil
			}
			b.retained.publishing(it.message, func() {
				if !b.retained.replace(it.message) { // the limit is lower than it was
					b.counters.unretained.Add(1)
				}
			})
			return nil
		})
	})
}

// unreadable counts what was left out, and forgets it.
func (b *Broker) unreadable(what, name string, err error) {
	b.counters.dropped.Add(1)
	b.log.Error("what was kept cannot be read", "kind", what, "name", name, "error", err)
	b.vault.submit(func(tx *bbolt.Tx) error {
		if what == "session" {
			return dropSession(tx, name)
		}
		return deleteRetained(tx, name)
	}, nil)
}

func (b *Broker) restoreSession(tx *bbolt.Tx, client string, data []byte) (*session, error) {
	var stored storedSession
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, err
	}
	s := newSession(b, client)
	s.user, s.version, s.expiry, s.awaySince = stored.User, stored.Version, stored.Expiry, stored.Away
	s.out.limits = b.config.Kept
	if s.awaySince.IsZero() { // the last broker had no time to write it
		s.awaySince = now()
	}
	for _, sub := range stored.Subscriptions {
		if err := b.restoreSubscription(s, sub); err != nil {
			return nil, err
		}
	}
	if err := s.restoreQueue(tx); err != nil {
		return nil, err
	}
	received := tx.Bucket([]byte(receivedBucket)).Bucket([]byte(client))
	if received == nil {
		return s, nil
	}
	return s, received.ForEach(func(id, _ []byte) error {
		s.received[binary.BigEndian.Uint16(id)] = true
		return nil
	})
}

func (b *Broker) restoreSubscription(s *session, stored storedSubscription) error {
	group, filter, _, err := splitShare(stored.Filter)
	if err != nil {
		return err
	}
	if !b.mayHold(s, filter) {
		b.counters.denied.Add(1)
		b.log.Warn("a subscription is not allowed any more", "client", s.id, "user", s.user, "filter", stored.Filter)
		return nil
	}
	sub := &subscription{
		filter: filter, group: group, receiver: s, id: stored.ID, qos: stored.QoS,
		noLocal: stored.NoLocal, retainAsPublished: stored.RetainAsPublished,
	}
	s.subscriptions[stored.Filter] = sub
	b.index.add(sub)
	return nil
}

// mayHold reports whether the user of a session has a right to a filter, which may
// have been taken back since it was subscribed to.
func (b *Broker) mayHold(s *session, filter string) bool {
	if account, exists := b.gate.accounts[s.user]; exists {
		return account.Rights.maySubscribe(filter, s.user, s.id)
	}
	return s.user == "" && slices.ContainsFunc(b.config.Listeners, func(l Listener) bool {
		return l.Anonymous != nil && l.Anonymous.maySubscribe(filter, "", s.id)
	})
}

// restoreQueue takes back what waits for the session. The content stays in the
// file but for the first of it.
func (s *session) restoreQueue(tx *bbolt.Tx) error {
	queue := tx.Bucket([]byte(queuesBucket)).Bucket([]byte(s.id))
	if queue == nil {
		return nil
	}
	return queue.ForEach(func(at, record []byte) error {
		seq := binary.BigEndian.Uint64(at)
		s.lastSeq = seq
		it, err := decodeRecord(record)
		if err != nil {
			s.broker.counters.dropped.Add(1)
			s.broker.log.Error("a message that waits cannot be read", "client", s.id, "place", seq, "error", err)
			s.discard(&item{seq: seq, stored: true})
			return nil
		}
		it.seq = seq
		it.dup = true // it may have been sent before
		if it.released {
			s.out.restore(it)
			return nil
		}
		_, queued := s.out.put(it)
		for _, old := range queued {
			s.discard(old)
		}
		s.out.unload(it, memoryPerSession)
		return nil
	})
}
