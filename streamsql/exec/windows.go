package exec

import (
	"math"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/streamsql/window"
	"github.com/holdfast-edge/holdfast/tag"
)

// windows are the windows of a SELECT: one machine, one for each partition, or
// none, in which case each row is a set of its own, or all rows are one.
type windows struct {
	staged   *staged
	plan     *plan.Window
	early    bool // WHERE is evaluated before rows enter
	added    bool // panes add rows up instead of keeping them
	slides   bool // and take them away again
	machine  window.Machine[*record]
	machines *recent[window.Machine[*record]]
	key      []byte
	whole    window.Pane[*record]   // where the inputs end: all rows so far
	due      int64                  // when the first of machines waits for the clock
	waits    bool                   // and whether one does
	told     int64                  // the latest time that one of machines was told
	spare    []window.Pane[*record] // panes to be used again
	merged   *groups                // of several panes, used again
	triggers fn.Hits
	state    map[string]tag.Value // state window of one expression: its last value
	held     held                 // what panes keep
}

func newWindows(s *staged) {
	w := &windows{staged: s, plan: s.plan.Window, told: math.MinInt64, held: newHeld(s.exec.options)}
	s.windows = w
	w.early = s.plan.FiltersEarly(s.exec.options.EventTime)
	w.added, w.slides = s.plan.Keeps() != plan.KeepRows, s.plan.Keeps() == plan.AddAndRemove
	switch {
	case s.plan.Nested:
	case w.plan == nil && s.plan.Bounded:
		w.whole = w.pane()
	case w.plan == nil:
	case len(w.plan.Partition) > 0:
		w.machines = newRecent[window.Machine[*record]]()
	default:
		w.machine = w.newMachine()
	}
}

func (w *windows) newMachine() window.Machine[*record] {
	s, p := w.staged, w.plan
	return window.New(window.Spec{
		Kind: p.Kind, Length: int64(p.Length), Every: int64(p.Every), Delay: int64(p.Delay),
		Rows: p.Rows, EveryRows: p.EveryRows,
		EventTime: s.exec.options.EventTime, EKuiper: s.plan.Dialect.EKuiperSpans, Origin: s.exec.options.Start,
		OneMark: s.plan.Dialect.ConditionsOpen,
	}, window.Owner[*record]{Pane: w.pane, Close: s.closed, Free: w.free})
}

// spares is how many panes are kept to be used again.
const spares = 4

// free keeps a pane to be used again.
func (w *windows) free(p window.Pane[*record]) {
	if rows, ok := p.(*rowsPane); ok {
		w.held.free(rows.kept)
	}
	if len(w.spare) >= spares {
		if sums, ok := p.(*groupsPane); ok {
			sums.groups.release()
		}
		return
	}
	switch p := p.(type) {
	case *groupsPane:
		p.groups.rest()
		p.err, p.failed = nil, p.failed[:0]
	case *rowsPane:
		clear(p.rows)
		p.rows = p.rows[:0]
	}
	w.spare = append(w.spare, p)
}

// forgetSpares forgets the groups that rest in panes that are to be used again.
func (w *windows) forgetSpares() {
	for _, p := range w.spare {
		if sums, ok := p.(*groupsPane); ok {
			sums.groups.forget()
		}
	}
}

// pane returns an empty pane of the kind that the SELECT needs.
func (w *windows) pane() window.Pane[*record] {
	if n := len(w.spare); n > 0 {
		p := w.spare[n-1]
		w.spare = w.spare[:n-1]
		return p
	}
	if w.slides {
		p := &slidingPane{staged: w.staged, groups: newGroups(w.staged, &w.held)}
		p.kept = &kept{drop: p.drop}
		return p
	}
	if w.added {
		p := &groupsPane{staged: w.staged, groups: newGroups(w.staged, &w.held)}
		p.groups.owns = true
		return p
	}
	p := &rowsPane{staged: w.staged}
	if w.plan != nil { // else all rows until the inputs end
		p.kept = &kept{drop: p.drop}
	}
	return p
}

// add gives a row, at which the frame stands, to its window.
func (w *windows) add(r *record) {
	s := w.staged
	switch {
	case w.whole != nil:
		w.whole.Add(r)
	case w.plan == nil:
		s.closed(window.Span{Start: r.time, End: r.time}, []window.Pane[*record]{&rowsPane{staged: s, rows: []*record{s.keep(r)}}})
	case s.passes(w.plan.Filter):
		key := w.partition()
		if m := w.of(key); m != nil { // else its partition has no state, not even for the conditions
			m.Add(r.time, r, w.marks(key, r))
			w.await(m)
		}
	}
}

// partition returns the key of the row's partition, valid until the next row.
func (w *windows) partition() []byte {
	w.key = appendKeys(w.key[:0], &w.staged.frame, w.plan.Partition)
	return w.key
}

// of returns the machine of a partition, nil where there are too many.
func (w *windows) of(key []byte) window.Machine[*record] {
	if w.machines == nil {
		return w.machine
	}
	if m, ok := w.machines.of(key); ok {
		return m
	}
	if w.machines.len() >= w.staged.exec.options.states() && !w.makeWay() {
		w.staged.frame.Fail(w.staged.exec.options.errTooMany())
		return nil
	}
	m := w.newMachine()
	w.machines.add(string(key), m)
	return m
}

// makeWay forgets the partition that has had no row for longest where only another
// row of its own would close its window, which may never come. The windows of other
// kinds close with the time, and it reports false.
func (w *windows) makeWay() bool {
	if !w.waitsForRows() {
		return false
	}
	oldest := w.machines.removeOldest()
	delete(w.state, oldest.key)
	if !oldest.state.Idle() {
		oldest.state.(window.Dropper).Drop()
		w.staged.exec.forgot()
	}
	return true
}

// waitsForRows reports whether the time closes no window.
func (w *windows) waitsForRows() bool { return w.plan.Kind == ast.Count || w.plan.Kind == ast.State }

// marks evaluates the conditions of the window for the row.
func (w *windows) marks(key []byte, r *record) window.Marks {
	switch w.plan.Kind {
	case ast.Sliding:
		return window.Marks{Trigger: w.triggered(r)}
	case ast.State:
		return w.stateMarks(key)
	default:
		return window.Marks{}
	}
}

// triggered evaluates OVER (WHEN …), in which the hits are its own.
func (w *windows) triggered(r *record) bool {
	if w.plan.When == nil {
		return true
	}
	f := &w.staged.frame
	outer := f.Context.Hits
	f.Context.Hits = w.triggers
	holds := w.plan.When.Holds(f)
	f.Context.Hits = outer
	if holds && w.plan.When.Varies { // otherwise nobody asks for them
		hit(&w.triggers, r.time)
	}
	return holds
}

// stateMarks evaluates the conditions of a state window, or finds that the
// value of its one expression changed.
func (w *windows) stateMarks(key []byte) window.Marks {
	f := &w.staged.frame
	switch {
	case w.plan.Emit != nil:
		return window.Marks{
			Begin: w.plan.Begin.Holds(f),
			Emit:  w.plan.Emit.Holds(f),
		}
	case w.staged.plan.Dialect.ConditionsOpen:
		holds := w.plan.Begin.Holds(f)
		return window.Marks{Begin: holds, Changed: holds}
	}
	if w.state == nil {
		w.state = make(map[string]tag.Value)
	}
	v := w.plan.Begin.Eval(f)
	last, known := w.state[string(key)]
	changed := known && !value.Same(last, v)
	if changed || !known {
		w.state[string(key)] = v.Clone()
	}
	return window.Marks{Begin: true, Changed: changed}
}

// each calls visit with every machine, in an order that does not change: of windows
// that the time closes that of their keys, of others that in which they make way.
func (w *windows) each(visit func(key string, m window.Machine[*record])) {
	switch {
	case w.machine != nil:
		visit("", w.machine)
	case w.machines == nil:
	case w.waitsForRows():
		w.machines.all(visit)
	default:
		for _, key := range sortedKeys(w.machines.byKey) {
			visit(key, w.machines.byKey[key].Value.(*keyed[window.Machine[*record]]).state)
		}
	}
}

// advance tells the time to the machines, of several only when one of them waits
// for it, when the clock was set back, or when it is time to look for idle ones.
func (w *windows) advance(t int64) {
	switch {
	case w.machine != nil:
		w.machine.Advance(t)
	case w.waits && t >= w.due, t < w.told, w.lingers(t):
		w.advanceAll(t)
	}
	w.told = t
}

// lingers reports whether partitions may have rows that only another row of theirs
// would let go, which are looked for once in a while.
func (w *windows) lingers(t int64) bool {
	if w.machines == nil || w.machines.len() == 0 || w.plan.Kind != ast.Sliding {
		return false
	}
	while := int64(max(w.plan.Length+w.plan.Delay, shortWhile))
	return t/while != w.told/while
}

// shortWhile is the shortest while after which idle partitions are looked for.
const shortWhile = 10 * time.Second

// advanceAll tells the time to all machines, and forgets those of partitions that
// have nothing open, so that ever new ones may come.
func (w *windows) advanceAll(t int64) {
	w.waits = false
	w.each(func(key string, m window.Machine[*record]) {
		m.Advance(t)
		if m.Idle() {
			w.machines.remove(key)
			delete(w.state, key)
		}
		w.await(m)
	})
}

// await notes when a machine waits for the clock, if that is sooner than known.
func (w *windows) await(m window.Machine[*record]) {
	if t, ok := m.Next(); ok && (!w.waits || t < w.due) {
		w.due, w.waits = t, true
	}
}

func (w *windows) next() (at int64, ok bool) {
	if w.machine != nil {
		return w.machine.Next()
	}
	return w.due, w.waits
}

// end closes what is open: time goes on until nothing is.
func (w *windows) end() {
	if w.whole != nil {
		whole := w.whole
		w.whole = w.pane()
		w.staged.closed(window.Span{Start: w.staged.exec.options.Start, End: w.staged.now}, []window.Pane[*record]{whole})
	}
	for {
		t, ok := w.next()
		if !ok {
			return
		}
		w.advance(t + 1)
	}
}

func (w *windows) appendState(dst []byte) []byte {
	return w.appendMachines(appendHits(dst, w.triggers))
}

func (w *windows) appendMachines(dst []byte) []byte {
	dst = state.AppendInt(dst, int64(len(w.state)))
	for _, key := range sortedKeys(w.state) {
		dst = state.AppendValue(state.AppendString(dst, key), w.state[key])
	}
	if w.whole != nil {
		return w.whole.AppendState(dst)
	}
	count := 0
	var machines []byte
	w.each(func(key string, m window.Machine[*record]) {
		if w.machine != nil || !m.Idle() {
			machines = m.AppendState(state.AppendString(machines, key))
			count++
		}
	})
	return append(state.AppendInt(dst, int64(count)), machines...)
}

func (w *windows) restore(src *reader) {
	w.triggers = restoreHits(src)
	for range src.Count() {
		if w.state == nil {
			w.state = make(map[string]tag.Value)
		}
		key := src.String()
		w.state[key] = src.Value()
	}
	if w.whole != nil {
		w.whole.Restore(src)
		return
	}
	for range src.Count() {
		key := src.String()
		if (w.machine == nil) == (w.machines == nil) {
			src.Fail("window")
			return
		}
		if m := w.of([]byte(key)); m != nil {
			m.Restore(src)
			w.await(m)
			w.told = max(w.told, m.Latest()) // the clock may be behind the state
		}
	}
}

// flush closes the windows of fixed places with what they have.
func (w *windows) flush() {
	w.each(func(_ string, m window.Machine[*record]) {
		if f, ok := m.(interface{ Flush() }); ok {
			f.Flush()
		}
	})
}
