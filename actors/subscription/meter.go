package subscription

import (
	"sync"
	"sync/atomic"
)

// Meter counts what a subscription did since the node was started. It outlives
// the subscription's incarnations and may be read at any time.
type Meter struct {
	Messages atomic.Uint64 // taken from the broker, again ones too
	Bytes    atomic.Uint64 // of their payloads
	Rows     atomic.Uint64 // given to the stream
	Refused  atomic.Uint64 // messages that could not be decoded
	Cycles   atomic.Uint64 // rows refused since they went round in a cycle
	Untaken  atomic.Uint64 // messages not taken, since the stream could not have them; of QoS 0 they are lost
	Unwanted atomic.Uint64 // messages of another broker that are not for the stream
	Unlisted atomic.Uint64 // fields left out, since the stream has as many columns as it may have

	mu      sync.Mutex
	refusal error
}

// LastRefusal returns why a message could last not be decoded, and nil where
// all could be.
func (m *Meter) LastRefusal() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refusal
}

func (m *Meter) refuse(err error) {
	m.Refused.Add(1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refusal = err
}
