package window

import "github.com/holdfast-edge/holdfast/streamsql/state"

// Queue is a pane that its oldest row can leave.
type Queue[R any] interface {
	Pane[R]
	// Remove takes the oldest row away.
	Remove()
	// Len returns how many rows there are. The owner may have taken the oldest away
	// by itself.
	Len() int
}

// sliding is a window for each row that triggers: from Length before it up to
// it, or to Delay after it. One pane holds the rows; those that no window covers
// any more leave it one by one.
type sliding[R any] struct {
	spec     Spec
	owner    Owner[R]
	rows     Queue[R]
	times    []int64   // of the rows
	triggers []int64   // when windows end that are not closed yet, ascending
	panes    []Pane[R] // rows, as Close takes it
	clock
}

func newSliding[R any](s Spec, owner Owner[R]) *sliding[R] {
	rows := owner.Pane().(Queue[R])
	return &sliding[R]{spec: s, owner: owner, rows: rows, panes: []Pane[R]{rows}, clock: newClock(s)}
}

func (m *sliding[R]) Add(t int64, row R, marks Marks) {
	m.tell(t)
	t = m.now
	m.fire(t)
	m.expire(m.start(t))
	m.times = append(m.times, t)
	m.rows.Add(row)
	m.follow()
	switch {
	case !marks.Trigger:
	case m.spec.Delay > 0 || m.spec.EventTime:
		m.triggers = append(m.triggers, t+m.spec.Delay)
	default:
		m.close(t)
	}
}

func (m *sliding[R]) Advance(t int64) {
	m.tell(t)
	until := m.now
	if m.spec.EventTime && m.spec.Delay == 0 {
		until++ // the watermark itself is complete
	}
	m.fire(until)
	m.expire(m.start(m.now))
}

// tell notes the time. A clock that was set back takes all rows along.
func (m *sliding[R]) tell(t int64) {
	back := m.clock.tell(t)
	if back == 0 {
		return
	}
	for i := range m.times {
		m.times[i] -= back
	}
	for i := range m.triggers {
		m.triggers[i] -= back
	}
}

// fire closes the windows that end before a time, or at it where they wait for
// rows: those exclude their end. So no row that is there stands behind the end
// of a window that is closed.
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
	m.expire(start)
	if len(m.times) > 0 {
		m.owner.Close(Span{start, end}, m.panes)
	}
}

// start returns where the first window starts that is open at t or opens later.
func (m *sliding[R]) start(t int64) int64 {
	if len(m.triggers) > 0 {
		t = min(t, m.triggers[0]-m.spec.Delay)
	}
	return t - m.spec.Length
}

// follow forgets the times of rows that the owner has taken away.
func (m *sliding[R]) follow() { m.times = m.times[max(len(m.times)-m.rows.Len(), 0):] }

// expire lets the rows before a time leave.
func (m *sliding[R]) expire(start int64) {
	m.follow()
	n := 0
	for n < len(m.times) && m.times[n] < start {
		m.rows.Remove()
		n++
	}
	m.times = m.times[n:]
	if len(m.times) == 0 {
		m.times = nil
	}
}

func (m *sliding[R]) Next() (t int64, ok bool) {
	if len(m.triggers) == 0 {
		return 0, false
	}
	return m.triggers[0], true
}

func (m *sliding[R]) Idle() bool { return len(m.times) == 0 && len(m.triggers) == 0 }

func (m *sliding[R]) AppendState(dst []byte) []byte {
	m.follow()
	dst = appendTimes(appendTimes(state.AppendInt(dst, m.now), m.triggers), m.times)
	return m.rows.AppendState(dst)
}

func (m *sliding[R]) Restore(src *state.Reader) {
	m.now = src.Int()
	m.triggers, m.times = readTimes(src), readTimes(src)
	m.rows.Restore(src)
}

func appendTimes(dst []byte, times []int64) []byte {
	dst = state.AppendInt(dst, int64(len(times)))
	for _, t := range times {
		dst = state.AppendInt(dst, t)
	}
	return dst
}

func readTimes(src *state.Reader) []int64 {
	times := make([]int64, src.Count())
	for i := range times {
		times[i] = src.Int()
	}
	return times
}
