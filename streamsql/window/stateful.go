package window

import "github.com/holdfast-edge/holdfast/streamsql/state"

// stateful is rows from one that begins to one that emits, both included, or up
// to one that changed, which is the first of the next. A row that begins and
// emits is a window alone, unless a row has one mark only.
//
//	idle ── begins ──▶ open ── emits, or changed ──▶ idle
type stateful[R any] struct {
	owner   Owner[R]
	oneMark bool
	open    []timed[R] // one pane, or none: idle
	clock
}

func (m *stateful[R]) Add(t int64, row R, marks Marks) {
	m.Advance(t)
	if marks.Changed {
		m.close()
	}
	if len(m.open) == 0 {
		if !marks.Begin {
			return
		}
		m.open = append(m.open, timed[R]{m.now, m.now, m.owner.Pane()})
		marks.Emit = marks.Emit && !m.oneMark
	}
	m.open[0].end = m.now
	m.open[0].pane.Add(row)
	if marks.Emit {
		m.close()
	}
}

// close gives the window that is open away.
func (m *stateful[R]) close() {
	if len(m.open) > 0 {
		done := m.open[0]
		m.open = m.open[:0]
		m.owner.Close(Span{done.start, done.end}, []Pane[R]{done.pane})
		m.owner.free(done)
	}
}

// Drop is Dropper's.
func (m *stateful[R]) Drop() {
	m.owner.free(m.open...)
	m.open = nil
}

func (m *stateful[R]) Advance(t int64)          { setBack(m.open, m.tell(t)) }
func (m *stateful[R]) Next() (t int64, ok bool) { return 0, false }
func (m *stateful[R]) Idle() bool               { return len(m.open) == 0 }

func (m *stateful[R]) AppendState(dst []byte) []byte {
	return appendTimed(state.AppendInt(dst, m.now), m.open)
}

func (m *stateful[R]) Restore(src *state.Reader) {
	m.now = src.Int()
	m.open = restoreTimed(src, m.owner)
}
