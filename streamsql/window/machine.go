package window

import (
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/state"
)

// Pane holds rows, or what they add up to.
type Pane[R any] interface {
	// Add takes a row in. The machine adds rows in the order of their times.
	Add(row R)
	// AppendState appends the pane in a form that Restore reads.
	AppendState(dst []byte) []byte
	// Restore takes in a state that AppendState wrote; src keeps the error.
	Restore(src *state.Reader)
}

// Span is the time of a window, in nanoseconds since the Unix epoch.
type Span struct {
	Start, End int64
}

// Marks is what conditions found about a row, for the windows that ask.
type Marks struct {
	Trigger bool // sliding: the row makes its window close
	Begin   bool // state: the row opens a window
	Emit    bool // state: the row closes the window that is open, and is in it
	Changed bool // state: the row closes the window that is open, and is not in it
}

// Owner is what a machine needs of who runs it.
type Owner[R any] struct {
	// Pane returns an empty pane; for sliding windows a Queue.
	Pane func() Pane[R]
	// Close takes the panes of a window that is complete, in the order of their
	// times. Panes of windows that overlap come again and must not be changed.
	Close func(Span, []Pane[R])
	// Free, where set, takes back a pane that no window needs any more.
	Free func(Pane[R])
}

// free gives panes back to their owner.
func (o Owner[R]) free(panes ...timed[R]) {
	if o.Free == nil {
		return
	}
	for _, p := range panes {
		o.Free(p.pane)
	}
}

// Machine is the windows of one query, or of one partition of it.
//
// In event time, times never go back: an earlier one counts as the latest that
// was told. The clock of processing time may be set back, by hours too, or be
// behind a state from before a restart: then what is open goes back with it, so
// that it lasts as long as it would have. Windows that stand at fixed places go
// back by whole steps, and last up to one step longer.
type Machine[R any] interface {
	// Add takes a row of time t, after closing what was complete before it.
	Add(t int64, row R, marks Marks)
	// Advance tells the time and closes what is complete by then.
	Advance(t int64)
	// Next returns when Advance has something to close, and false where nothing
	// but a row can.
	Next() (t int64, ok bool)
	// Latest returns the latest time that was told.
	Latest() int64
	// Idle reports whether a new machine would go on as this one does.
	Idle() bool
	// AppendState appends everything that the machine remembers.
	AppendState(dst []byte) []byte
	// Restore takes in a state that AppendState wrote; src keeps the error.
	Restore(src *state.Reader)
}

// Dropper is a machine whose windows only another row closes. Its owner may have to
// do without them.
type Dropper interface {
	// Drop gives every pane back to the owner.
	Drop()
}

// Spec is the shape of a window. Times are nanoseconds.
type Spec struct {
	Kind                 ast.WindowKind
	Length, Every, Delay int64
	Rows, EveryRows      int64

	// EventTime: what Advance tells is the watermark, up to and with which all
	// rows have been added.
	EventTime bool
	// EKuiper gives spans and sessions the limits that eKuiper gives them.
	EKuiper bool
	// OneMark lets a row that opens a state window not close it as well.
	OneMark bool
	// Origin is where eKuiper's first window starts in processing time.
	Origin int64
}

// before is earlier than any time.
const before = math.MinInt64

// New returns the machine of a shape.
func New[R any](s Spec, owner Owner[R]) Machine[R] {
	switch s.Kind {
	case ast.Tumbling:
		s.Every = s.Length
		return &interval[R]{spec: s, owner: owner, clock: newClock(s)}
	case ast.Hopping:
		return &interval[R]{spec: s, owner: owner, clock: newClock(s)}
	case ast.Sliding:
		return newSliding(s, owner)
	case ast.Session:
		return &session[R]{spec: s, owner: owner, clock: newClock(s)}
	case ast.Count:
		return &count[R]{spec: s, owner: owner, clock: newClock(s)}
	default:
		return &stateful[R]{owner: owner, oneMark: s.OneMark, clock: newClock(s)}
	}
}

// timed is a pane and the time that it is about.
type timed[R any] struct {
	start, end int64
	pane       Pane[R]
}

// clock is the time of a machine.
type clock struct {
	now     int64
	forward bool // it never goes back
}

func newClock(s Spec) clock { return clock{now: before, forward: s.EventTime} }

// tell notes the time, and returns by how much the clock was set back.
func (c *clock) tell(t int64) (back int64) {
	if t < c.now && c.forward {
		return 0
	}
	if t < c.now {
		back = c.now - t
	}
	c.now = t
	return back
}

// Latest is Machine's.
func (c *clock) Latest() int64 { return c.now }

// setBack moves panes back.
func setBack[R any](panes []timed[R], by int64) {
	for i := range panes {
		panes[i].start -= by
		panes[i].end -= by
	}
}

func appendTimed[R any](dst []byte, panes []timed[R]) []byte {
	dst = state.AppendInt(dst, int64(len(panes)))
	for _, p := range panes {
		dst = state.AppendInt(state.AppendInt(dst, p.start), p.end)
		dst = p.pane.AppendState(dst)
	}
	return dst
}

func restoreTimed[R any](src *state.Reader, owner Owner[R]) []timed[R] {
	panes := make([]timed[R], 0, src.Count())
	for range cap(panes) {
		p := timed[R]{start: src.Int(), end: src.Int(), pane: owner.Pane()}
		p.pane.Restore(src)
		panes = append(panes, p)
	}
	return panes
}
