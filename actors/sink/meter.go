package sink

import (
	"sync"
	"sync/atomic"
	"time"
)

// Meter counts what a sink did since the node was started. It outlives the
// sink's incarnations and may be read at any time.
type Meter struct {
	Sent     atomic.Uint64 // rows given to the far end, again after each reconnect
	Acked    atomic.Uint64 // rows that the far end has acknowledged
	Rejected atomic.Uint64 // rows that the far end refused for good
	Gaps     atomic.Uint64 // rows that gap records stood for

	Withheld    atomic.Uint64 // rows that the configuration keeps from the far end
	Fallbacks   atomic.Uint64 // connections on which the sink had to work in another way than it was told to
	DeadLetters atomic.Uint64 // rows of Rejected that were put on the dead-letter stream

	mu       sync.Mutex
	rejected error
	ackedAt  time.Time
}

// LastRejection returns why the far end last refused a delivery for good, and
// nil where it never did.
func (m *Meter) LastRejection() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rejected
}

// LastAck returns when the far end last acknowledged something; the zero time
// where it never did.
func (m *Meter) LastAck() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ackedAt
}

func (m *Meter) acked(rows uint64, gap bool, at time.Time) {
	if gap {
		m.Gaps.Add(rows)
	} else {
		m.Acked.Add(rows)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ackedAt = at
}

func (m *Meter) reject(rows uint64, err error) {
	m.Rejected.Add(rows)
	m.note(err)
}

// note remembers a refusal that settles nothing.
func (m *Meter) note(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rejected = err
}
