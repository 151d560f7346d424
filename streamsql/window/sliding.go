package window

import "github.com/holdfast-edge/holdfast/streamsql/state"

// sliding is a window for each row that triggers: from Length before it up to
// it, or to Delay after it. Each row is a pane of its own.
type sliding[R any] struct {
	spec     Spec
	owner    Owner[R]
	rows     []timed[R]
	triggers []int64 // when windows end that are not closed yet, ascending
	now      int64
}

func (m *sliding[R]) Add(t int64, row R, marks Marks) {
	m.now = max(m.now, t)
	t = m.now
	m.fire(t)
	m.expire(t)
	p := timed[R]{t, t, m.owner.Pane()}
	p.pane.Add(row)
	m.rows = append(m.rows, p)
	switch {
	case !marks.Trigger:
	case m.spec.Delay > 0 || m.spec.EventTime:
		m.triggers = append(m.triggers, t+m.spec.Delay)
	default:
		m.close(t)
	}
}

func (m *sliding[R]) Advance(t int64) {
	m.now = max(m.now, t)
	until := m.now
	if m.spec.EventTime && m.spec.Delay == 0 {
		until++ // the watermark itself is complete
	}
	m.fire(until)
	m.expire(m.now)
}

// fire closes the windows that end before a time, or at it where they wait for
// rows: those exclude their end.
func (m *sliding[R]) fire(until int64) {
	for len(m.triggers) > 0 {
		end := m.triggers[0]
		if end > until || end == until && m.spec.Delay == 0 {
			return
		}
		m.triggers = m.triggers[1:]
		m.close(end)
	}
}

// close gives the window that ends at end away.
func (m *sliding[R]) close(end int64) {
	start := end - m.spec.Length - m.spec.Delay
	var panes []Pane[R]
	for _, p := range m.rows {
		if p.start >= start && (p.start < end || p.start == end && m.spec.Delay == 0) {
			panes = append(panes, p.pane)
		}
	}
	if len(panes) > 0 {
		m.owner.Close(Span{start, end}, panes)
	}
}

// expire forgets rows that no window can cover any more.
func (m *sliding[R]) expire(t int64) {
	if len(m.triggers) > 0 {
		t = min(t, m.triggers[0]-m.spec.Delay)
	}
	n := 0
	for n < len(m.rows) && m.rows[n].start < t-m.spec.Length {
		n++
	}
	clear(m.rows[:n])
	m.rows = m.rows[n:]
	if len(m.rows) == 0 {
		m.rows = nil
	}
}

func (m *sliding[R]) Next() (t int64, ok bool) {
	if len(m.triggers) == 0 {
		return 0, false
	}
	return m.triggers[0], true
}

func (m *sliding[R]) AppendState(dst []byte) []byte {
	dst = state.AppendInt(dst, m.now)
	dst = state.AppendInt(dst, int64(len(m.triggers)))
	for _, t := range m.triggers {
		dst = state.AppendInt(dst, t)
	}
	return appendTimed(dst, m.rows)
}

func (m *sliding[R]) Restore(src *state.Reader) {
	m.now = src.Int()
	m.triggers = make([]int64, src.Count())
	for i := range m.triggers {
		m.triggers[i] = src.Int()
	}
	m.rows = restoreTimed(src, m.owner)
}
