package window

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// interval is tumbling and hopping windows: one of Length ends at each multiple
// of Every.
type interval[R any] struct {
	spec  Spec
	owner Owner[R]
	panes []timed[R] // in the order of their times, none empty
	next  int64      // end of the next window to close, while there are panes
	clock
	// first is where the first window of all starts for eKuiper; started tells
	// that it is known.
	first   int64
	started bool
}

func (m *interval[R]) Add(t int64, row R, _ Marks) {
	if n := len(m.panes); n > 0 && t >= m.now && t < m.panes[n-1].end && t < m.next {
		m.now = t
		m.panes[n-1].pane.Add(row)
		return
	}
	m.Advance(t)
	t = m.now
	if m.spec.EKuiper && !m.started {
		m.started, m.first = true, t
		if !m.spec.EventTime {
			m.first = m.spec.Origin
		}
	}
	start, end, ok := m.bounds(t)
	if !ok {
		return
	}
	if len(m.panes) == 0 {
		m.next = ceil(t, m.spec.Every)
	}
	if n := len(m.panes); n == 0 || m.panes[n-1].end <= t {
		m.panes = append(m.panes, timed[R]{start, end, m.owner.Pane()})
	}
	m.panes[len(m.panes)-1].pane.Add(row)
}

// bounds returns the pane of a time, and false where no window covers it. Panes
// are cut where windows end and, where Length is no multiple of Every, where
// they begin.
func (m *interval[R]) bounds(t int64) (start, end int64, ok bool) {
	end = ceil(t, m.spec.Every)
	start = end - m.spec.Every
	if rest := m.spec.Length % m.spec.Every; rest != 0 {
		cut := end - rest
		if t >= cut {
			return cut, end, true
		}
		return start, cut, m.spec.Length > m.spec.Every
	}
	return start, end, true
}

// ceil returns the first multiple of step after t.
func ceil(t, step int64) int64 {
	rest := t % step
	if rest < 0 {
		rest += step
	}
	return t - rest + step
}

// tell notes the time. A clock that was set back takes what is open along by
// whole steps.
func (m *interval[R]) tell(t int64) {
	latest := m.now
	back := m.clock.tell(t)
	if back == 0 {
		return
	}
	m.now = latest - back/m.spec.Every*m.spec.Every
	back = latest - m.now
	m.next -= back
	m.first -= back
	setBack(m.panes, back)
}

func (m *interval[R]) Advance(t int64) {
	m.tell(t)
	for len(m.panes) > 0 && m.next <= m.now {
		end := m.next
		m.next += m.spec.Every // first, so that a window is closed once even if its owner panics
		m.close(end)
		m.drop(m.next - m.spec.Length)
	}
}

// close gives the window that ends at end away, unless it is empty.
func (m *interval[R]) close(end int64) {
	var panes []Pane[R]
	for _, p := range m.panes {
		if p.start >= end-m.spec.Length && p.end <= end {
			panes = append(panes, p.pane)
		}
	}
	if len(panes) > 0 {
		m.owner.Close(Span{m.start(end), end}, panes)
	}
}

// start returns where the window that ends at end starts. For eKuiper that is
// where the window before was triggered, and for a hopping window one step
// before that.
func (m *interval[R]) start(end int64) int64 {
	if !m.spec.EKuiper {
		return end - m.spec.Length
	}
	trigger := max(end-m.spec.Every, m.first)
	if m.spec.Length == m.spec.Every {
		return trigger
	}
	return trigger - m.spec.Every
}

// drop forgets panes that no window from start on covers.
func (m *interval[R]) drop(start int64) {
	n := 0
	for n < len(m.panes) && m.panes[n].start < start {
		n++
	}
	m.owner.free(m.panes[:n]...)
	m.panes = slices.Delete(m.panes, 0, n)
}

func (m *interval[R]) Next() (t int64, ok bool) { return m.next, len(m.panes) > 0 }
func (m *interval[R]) Idle() bool               { return len(m.panes) == 0 && !m.started }

func (m *interval[R]) AppendState(dst []byte) []byte {
	dst = state.AppendInt(state.AppendInt(dst, m.next), m.now)
	dst = state.AppendBool(state.AppendInt(dst, m.first), m.started)
	return appendTimed(dst, m.panes)
}

func (m *interval[R]) Restore(src *state.Reader) {
	m.next, m.now = src.Int(), src.Int()
	m.first, m.started = src.Int(), src.Bool()
	m.panes = restoreTimed(src, m.owner)
}

// Flush closes the window that is open with what it has, and makes the rows
// that come a window of their own. It is what eKuiper does when a rule resumes.
func (m *interval[R]) Flush() {
	if len(m.panes) > 0 {
		m.close(m.next)
		m.owner.free(m.panes...)
		m.panes = nil
	}
}
