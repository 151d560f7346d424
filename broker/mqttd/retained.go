package mqttd

import (
	"sync"
	"time"
)

// retained is the last message of every topic that was published to be kept. It
// may be used concurrently.
type retained struct {
	limit int

	mu      sync.RWMutex
	byTopic map[string]*message
}

func newRetained(limit int) *retained {
	return &retained{limit: limit, byTopic: map[string]*message{}}
}

// put keeps a message, or forgets that of its topic where it is empty (MQTT 5.0
// §3.3.1.3). It reports false where there is no more room.
func (r *retained) put(m *message) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(m.payload) == 0 {
		delete(r.byTopic, m.topic)
		return true
	}
	if _, known := r.byTopic[m.topic]; !known && len(r.byTopic) >= r.limit {
		return false
	}
	r.byTopic[m.topic] = m
	return true
}

// under lists the messages under a filter.
func (r *retained) under(filter string, now time.Time) (found []*message) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for topic, m := range r.byTopic {
		if matches(filter, topic) && !m.expired(now) {
			found = append(found, m)
		}
	}
	return found
}

// expire forgets what has lost its use and returns the topics.
func (r *retained) expire(now time.Time) (topics []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for topic, m := range r.byTopic {
		if m.expired(now) {
			delete(r.byTopic, topic)
			topics = append(topics, topic)
		}
	}
	return topics
}

func (r *retained) len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.byTopic)
}
