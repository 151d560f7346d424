package mqttd

import (
	"slices"
	"sync"
	"time"
)

// retained is the last message of every topic that was published to be kept,
// and those that are on their way there. It may be used concurrently.
//
//	publishing: who subscribes is found, announced ─▶ vault ─▶ settled: kept
//	subscribing: added to the index, what is under the filter is found
//
// Each line's first step excludes the other's, and what is announced is found
// like what is kept. So whoever subscribes while a message is being retained
// receives it, and once: from its publisher or as a retained one (MQTT 3.1.1
// §3.3.1.3, MQTT 5.0 §3.8.4).
type retained struct {
	limit int

	mu      sync.RWMutex
	byTopic map[string]*message
	coming  map[string][]*message // announced and not settled, as the vault will write them
}

func newRetained(limit int) *retained {
	return &retained{limit: limit, byTopic: map[string]*message{}, coming: map[string][]*message{}}
}

// publishing is the step that finds who receives a message, announces it where
// it is to be retained, and hands over what is to be written.
func (r *retained) publishing(m *message, step func()) {
	if !m.retain {
		step()
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	step()
}

// subscribing is the step that adds a subscription to the index and finds what
// is under it.
func (r *retained) subscribing(step func()) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	step()
}

// announce notes that a message is about to be retained. It reports false where
// there is no room: then nothing of it is kept, on the disk neither. It is called by
// the step of publishing.
func (r *retained) announce(m *message) (room bool) {
	if room = r.hasRoom(m); room {
		r.coming[m.topic] = append(r.coming[m.topic], m)
	}
	return room
}

// hasRoom reports whether a message can be kept: it forgets another one, takes the
// place of another one, or there are fewer than the limit, with those on their way.
func (r *retained) hasRoom(m *message) bool {
	if len(m.payload) == 0 || r.byTopic[m.topic] != nil || r.coming[m.topic] != nil || len(r.byTopic)+len(r.coming) < r.limit {
		return true
	}
	topics := len(r.byTopic)
	for topic := range r.coming {
		if r.byTopic[topic] == nil {
			topics++
		}
	}
	return topics < r.limit
}

// settle ends what announce began: the message is kept, or has failed.
func (r *retained) settle(m *message, kept bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	coming := r.coming[m.topic]
	i := slices.Index(coming, m)
	switch {
	case i < 0: // a later one is kept already
		return
	case kept:
		coming = coming[i+1:]
		r.put(m)
	default:
		coming = slices.Delete(coming, i, i+1)
	}
	if len(coming) == 0 {
		delete(r.coming, m.topic)
	} else {
		r.coming[m.topic] = coming
	}
}

// replace keeps a message for which nothing has to be waited. It reports false where
// there is no room. It is called by the step of publishing.
func (r *retained) replace(m *message) (room bool) {
	if room = r.hasRoom(m); room {
		delete(r.coming, m.topic)
		r.put(m)
	}
	return room
}

// put keeps a message, or forgets that of its topic where it is empty (MQTT 5.0
// §3.3.1.3). Its caller holds the lock.
func (r *retained) put(m *message) {
	if len(m.payload) == 0 {
		delete(r.byTopic, m.topic)
		return
	}
	r.byTopic[m.topic] = m
}

// under lists the messages under a filter, kept or announced. It is called by
// the step of subscribing.
func (r *retained) under(filter string, now time.Time) (found []*message) {
	for topic, m := range r.byTopic {
		if r.coming[topic] == nil && matches(filter, topic) && !m.expired(now) {
			found = append(found, m)
		}
	}
	for topic, coming := range r.coming {
		m := coming[len(coming)-1]
		if len(m.payload) > 0 && matches(filter, topic) && !m.expired(now) {
			found = append(found, m)
		}
	}
	return found
}

// expire forgets what has lost its use, and calls forgotten for each topic
// before anything else is kept there.
func (r *retained) expire(now time.Time, forgotten func(topic string)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for topic, m := range r.byTopic {
		if m.expired(now) {
			delete(r.byTopic, topic)
			forgotten(topic)
		}
	}
}

func (r *retained) len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.byTopic)
}
