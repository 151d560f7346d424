package rule

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// failuresAllowed is how often a rule may fail with one checkpoint before that
// is set aside.
const failuresAllowed = 2

// memory is the state of one rule through its incarnations, kept in the log. It
// may be used concurrently, but for one incarnation at a time.
//
//	recall ─▶ running ─ keep, keep … ─▶ stopped
//	   ▲─ failed ─┘ twice: the checkpoint is set aside
type memory struct {
	env      Env
	rule     string
	stateful bool
	every    time.Duration

	mu       sync.Mutex
	failures int    // with the checkpoint that there is
	position uint64 // of the last entry of the log that the state has seen
	at       time.Time
	highest  uint64 // position of the last entry that any incarnation has evaluated
}

func newMemory(env Env, c *Config) *memory {
	m := &memory{env: env, rule: c.Name, stateful: c.Query.Stateful() || c.EventTime || c.Durable, every: c.Checkpoint}
	if c.Durable {
		m.highest = max(env.Log.Tail(), 1) - 1 // what was there before the node was started is replayed
	}
	return m
}

// failed notes that the rule has failed in a way that its state may be the
// cause of.
func (m *memory) failed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures++
}

// errForgotten says that a rule begins anew.
var errForgotten = errors.New("its checkpoint is set aside: the rule begins anew")

// recall returns a query with the state that was kept last. A state that cannot
// be read, or with which the rule keeps failing, is set aside, and told.
func (m *memory) recall(fresh func() *streamsql.Exec) (*streamsql.Exec, error) {
	query := fresh()
	if !m.stateful {
		return query, nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	state, err := m.env.Log.LoadCheckpoint(LogName(m.rule))
	if err != nil || state == nil {
		return query, err
	}
	if m.failures > failuresAllowed {
		err = fmt.Errorf("the rule failed %d times", m.failures)
	} else {
		err = m.restore(query, state)
	}
	if err == nil {
		return query, nil
	}
	m.failures = 0
	m.env.Log.Checkpoint(LogName(m.rule), nil)
	m.env.Failed(m.rule, fmt.Errorf("%w: %w", errForgotten, err))
	return fresh(), nil
}

// restore reads what keep has written: the position, and the snapshot.
func (m *memory) restore(query *streamsql.Exec, state []byte) error {
	position, n := binary.Uvarint(state)
	if n <= 0 {
		return errors.New("read checkpoint: no position")
	}
	m.position = position
	var err error
	if panicked := supervisor.Guard(func() { err = query.Restore(state[n:]) }); panicked != nil {
		return panicked
	}
	return err
}

// keep has the state committed, with the position of the last entry of the log
// that it has seen, 0 where the rule does not read the log.
func (m *memory) keep(query *streamsql.Exec, position uint64) {
	if !m.stateful {
		return
	}
	state := append(binary.AppendUvarint(nil, position), query.Snapshot()...)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failures, m.position, m.at = 0, position, m.env.Now()
	m.env.Log.Checkpoint(LogName(m.rule), state)
}

// seen returns the position of the last entry that the state has seen.
func (m *memory) seen() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.position
}

// untilKeep returns how long until the state is to be kept: at full intervals of
// the clock, so that the states of all rules ride in one commit.
func (m *memory) untilKeep() (wait time.Duration, ok bool) {
	if !m.stateful || m.every <= 0 {
		return 0, false
	}
	return m.every - time.Duration(m.env.Now().UnixNano())%m.every, true
}

// isDue reports whether an interval has ended since the state was kept.
func (m *memory) isDue(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stateful && m.every > 0 && !now.Truncate(m.every).Equal(m.at.Truncate(m.every))
}

// passed notes that an entry was evaluated, and reports whether it was before:
// then it is replayed.
func (m *memory) passed(position uint64) (before bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if position <= m.highest {
		return true
	}
	m.highest = position
	return false
}
