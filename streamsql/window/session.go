package window

import "github.com/holdfast-edge/holdfast/streamsql/state"

// session is rows with no silence of Every between them. It ends when it is
// Length long: for eKuiper at the first multiple of Length at which it is.
//
//	idle ── row ──▶ open ── silence, or Length ──▶ idle
type session[R any] struct {
	spec  Spec
	owner Owner[R]
	pane  Pane[R] // nil: idle
	start int64   // of the window as it is told
	first int64   // of its first row
	last  int64   // of its last row
	clock
	// cut is where the session before was cut for its length, 0 where it was
	// not: eKuiper lets the next one start there.
	cut int64
}

func (m *session[R]) Add(t int64, row R, _ Marks) {
	m.tell(t)
	t = m.now
	m.expire(t)
	if m.pane == nil {
		m.pane, m.first, m.start = m.owner.Pane(), t, t
		if m.spec.EKuiper && m.cut > 0 {
			m.start = m.cut
		}
	}
	m.last = t
	m.pane.Add(row)
}

func (m *session[R]) Advance(t int64) {
	m.tell(t)
	m.expire(m.now)
}

// tell notes the time. A clock that was set back takes the session along.
func (m *session[R]) tell(t int64) {
	back := m.clock.tell(t)
	m.start -= back
	m.first -= back
	m.last -= back
	if m.cut > 0 {
		m.cut -= back
	}
}

// expire closes the session if it has ended by t.
func (m *session[R]) expire(t int64) {
	end, silent := m.end()
	if m.pane == nil || t < end || m.spec.EventTime && t == end {
		return
	}
	pane := m.pane
	m.pane = nil
	m.cut = 0
	if !silent {
		m.cut = end
	}
	m.owner.Close(Span{m.start, end}, []Pane[R]{pane})
	m.owner.free(timed[R]{pane: pane})
}

// end returns when the open session ends, and whether by silence.
func (m *session[R]) end() (t int64, silent bool) {
	quiet := m.last + m.spec.Every
	long := m.first + m.spec.Length
	if m.spec.EKuiper {
		long = ceil(long-1, m.spec.Length)
	}
	if m.spec.Length > 0 && long < quiet {
		return long, false
	}
	return quiet, true
}

func (m *session[R]) Next() (t int64, ok bool) {
	t, _ = m.end()
	return t, m.pane != nil
}

func (m *session[R]) Idle() bool { return m.pane == nil && (m.cut == 0 || !m.spec.EKuiper) }

func (m *session[R]) AppendState(dst []byte) []byte {
	for _, t := range []int64{m.start, m.first, m.last, m.now, m.cut} {
		dst = state.AppendInt(dst, t)
	}
	dst = state.AppendBool(dst, m.pane != nil)
	if m.pane != nil {
		dst = m.pane.AppendState(dst)
	}
	return dst
}

func (m *session[R]) Restore(src *state.Reader) {
	m.start, m.first, m.last, m.now, m.cut = src.Int(), src.Int(), src.Int(), src.Int(), src.Int()
	if src.Bool() {
		m.pane = m.owner.Pane()
		m.pane.Restore(src)
	}
}
