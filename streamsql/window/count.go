package window

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// count is the last Rows rows, every EveryRows rows. Rows are put into panes of
// the greatest size that both are multiples of.
type count[R any] struct {
	spec   Spec
	owner  Owner[R]
	panes  []timed[R]
	filled int64 // rows in the last pane
	since  int64 // rows since the last window
	clock
}

func (m *count[R]) Add(t int64, row R, _ Marks) {
	m.Advance(t)
	size := gcd(m.spec.Rows, m.spec.EveryRows)
	if len(m.panes) == 0 || m.filled == size {
		m.panes = append(m.panes, timed[R]{m.now, m.now, m.owner.Pane()})
		m.filled = 0
	}
	last := &m.panes[len(m.panes)-1]
	last.end = m.now
	last.pane.Add(row)
	m.filled++
	m.since++
	m.trim(m.spec.Rows / size)
	if m.since == m.spec.EveryRows {
		m.since = 0
		m.close(m.spec.Rows / size)
		m.trim(max(m.spec.Rows-m.spec.EveryRows, 0) / size) // what the next window begins with
	}
}

// trim forgets panes that are not among the last n.
func (m *count[R]) trim(n int64) {
	if surplus := len(m.panes) - int(n); surplus > 0 {
		m.owner.free(m.panes[:surplus]...)
		m.panes = slices.Delete(m.panes, 0, surplus)
	}
}

// close gives a window of n panes away, unless there are not so many yet.
func (m *count[R]) close(n int64) {
	if int64(len(m.panes)) < n {
		return
	}
	panes := make([]Pane[R], len(m.panes))
	for i, p := range m.panes {
		panes[i] = p.pane
	}
	m.owner.Close(Span{m.panes[0].start, m.now}, panes)
}

// Drop is Dropper's.
func (m *count[R]) Drop() {
	m.trim(0)
	m.since = 0
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (m *count[R]) Advance(t int64)          { setBack(m.panes, m.tell(t)) }
func (m *count[R]) Next() (t int64, ok bool) { return 0, false }
func (m *count[R]) Idle() bool               { return len(m.panes) == 0 && m.since == 0 }

func (m *count[R]) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendInt(dst, m.filled), m.since)
	return appendTimed(state.AppendInt(dst, m.now), m.panes)
}

func (m *count[R]) Restore(src *state.Reader) {
	m.filled, m.since, m.now = src.Int(), src.Int(), src.Int()
	m.panes = restoreTimed(src, m.owner)
}
