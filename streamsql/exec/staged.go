package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// staged runs a SELECT whose rows meet others before they give anything: in a
// window, a join, a table, or in the order of event time.
//
//	push ─▶ (event time: reorder until the watermark) ─▶ before ─▶ filter
//	     ─▶ window ── closes ─▶ join ─▶ filter ─▶ group ─▶ having ─▶ order ─▶ output
//
// WHERE is evaluated before the window where it can be, and behind the join
// otherwise.
type staged struct {
	exec     *Exec
	plan     *plan.Select
	frame    expr.Frame
	bindings bindings
	compact  []*binding // of kept records, by input
	scratch  record     // the view of the row in hand
	slab     slab
	flat     []tag.Value // the columns of a joined row
	identity []int32
	views    []view

	before     []before
	after      []before
	tables     []*table
	nested     []*Exec
	subqueries []*subquery
	reorder    *reorder
	windows    *windows
	output     *output

	// What is true of the batch in hand.
	now    int64
	origin tag.Origin
	hops   int
	emit   Emit

	groupHits  fn.Hits
	partners   []*partners // of joins, used again
	asked      []*asked    // of lookup tables, by input
	candidates []candidate // groups that may be given, used again
	closing    emission
	moved      bool // the frame left the row in hand, because a window was closed
	saved      saved
	restored   layout

	band      *band    // this is its host; nil: a query for itself
	shared    *sharing // the windows are a band's; nil: its own
	taken     bool     // the row in hand has entered its window
	lastBound *binding // of a host's rows
}

func newStaged(e *Exec, p *plan.Select) *staged {
	s := &staged{
		exec: e, plan: p, bindings: newBindings(p), before: newBefores(e, p.Before), after: newBefores(e, p.After),
		output: newOutput(e, p), views: make([]view, len(p.Inputs)), flat: make([]tag.Value, len(p.Columns)),
		tables: make([]*table, len(p.Inputs)), nested: make([]*Exec, len(p.Inputs)),
	}
	s.frame.Registers = make([]tag.Value, p.Registers)
	s.frame.Fields = fieldsOf(s.views)
	e.surround(&s.frame)
	for i := range p.Columns {
		s.identity = append(s.identity, int32(i))
	}
	for k, in := range p.Inputs {
		s.compact = append(s.compact, s.bindings.of(k, compactSchema(p, k)))
		if in.Query != nil {
			s.nested[k] = newExec(in.Query, nestedOptions(e.options, in), e.root)
		}
		if p.Nested || in.Source.Kind == plan.TableSource && !p.Bounded {
			s.tables[k] = &table{retain: in.Source.Retain}
		}
	}
	for _, q := range p.Subqueries {
		sub := newSubquery(s, q)
		s.subqueries = append(s.subqueries, sub)
		s.frame.Subqueries = append(s.frame.Subqueries, sub.rows)
	}
	if e.options.EventTime && !p.Nested {
		s.reorder = newReorder(s)
	}
	newWindows(s)
	return s
}

// nestedOptions are what a query in FROM is told: it is part of the same rule.
func nestedOptions(o Options, in *plan.Input) Options {
	o.Rule, o.Stream = in.Label, tag.StreamID{}
	return o
}

// compactSchema names the columns that kept records of an input hold.
func compactSchema(p *plan.Select, input int) *tag.Schema {
	var fields []tag.Field
	for _, i := range p.Inputs[input].Columns {
		fields = append(fields, tag.Field{Name: p.Columns[i].Name})
	}
	s, err := tag.NewSchema(tag.StreamID{}, p.Inputs[input].Label, fields...)
	if err != nil {
		panic(err) // the columns of an input are in the layout once
	}
	return s
}

func (s *staged) push(now int64, input int, b *tag.Batch, emit Emit) {
	s.origin, s.hops = b.Origin(), b.Hops()+1
	s.exec.row = noRow
	s.begin(now, emit)
	bound := s.bindings.of(input, b.Schema())
	for i := range b.Len() {
		s.exec.row = i
		s.take(input, bound, b, i)
	}
	if s.reorder != nil {
		s.reorder.proceed()
	}
}

// begin notes the time and where the output goes, and does what is due.
func (s *staged) begin(now int64, emit Emit) {
	s.now, s.emit = now, emit
	s.frame.Context.Now = now
	if s.reorder == nil {
		s.windows.advance(now)
	}
}

// take looks at one row: a table keeps it, event time lets it wait for its
// turn, and otherwise it is processed now.
func (s *staged) take(input int, bound *binding, b *tag.Batch, i int) {
	r := &s.scratch
	r.bound, r.values, r.computed = bound, b.Row(i), r.computed[:0]
	r.time, r.source = s.now, b.Time(i)
	if s.reorder != nil {
		r.time = r.source
	}
	s.frame.Row = b.Row(i)
	at(&s.frame, s.exec, b, i)
	switch {
	case s.tables[input] != nil:
		s.tables[input].add(s.keep(r))
	case s.reorder != nil && s.reorder.isAhead(r.time):
		s.failedRow(r, errAhead(r.time, s.exec.options.Ahead))
	case s.reorder != nil:
		if !s.reorder.add(input, r) {
			s.exec.late(b, i)
		}
	default:
		s.process(r)
	}
}

// process gives a row to its window.
func (s *staged) process(r *record) {
	s.taken = false
	s.compute(r)
	if !s.windows.early {
		s.windows.add(r)
	} else if s.passes(s.plan.Filter) {
		s.windows.add(r)
		hit(&s.frame.Context.Hits, r.source)
	}
	if err := s.frame.Err(); err != nil {
		s.failedRow(r, err)
	}
}

// compute computes what comes before the filter, from the row as it came.
func (s *staged) compute(r *record) {
	s.stand(r)
	s.moved = false
	if len(s.before) == 0 {
		return
	}
	for i := range s.before {
		if s.before[i].plan.Input == r.bound.input {
			s.before[i].step(&s.frame)
		}
	}
	if r.kept {
		r.computed = s.slab.take(len(s.before))[:0]
	}
	for i := range s.before {
		r.computed = append(r.computed, s.frame.Registers[s.before[i].plan.Register])
	}
}

// passes reports whether a condition holds for what the frame stands at.
func (s *staged) passes(condition *expr.Node) bool {
	if condition == nil {
		return true
	}
	return condition.Holds(&s.frame)
}

// stand makes the frame stand at a row of one input.
func (s *staged) stand(r *record) {
	f := &s.frame
	f.Row, f.Slots = r.values, r.bound.slots
	f.Context.RowTime = r.source
	if len(s.views) > 1 {
		clear(s.views)
	}
	s.views[r.bound.input] = view{bound: r.bound, row: r.values}
	for i, v := range r.computed {
		if s.before[i].plan.Input == r.bound.input {
			f.Registers[s.before[i].plan.Register] = v
		}
	}
}

// standJoined makes the frame stand at a row of several inputs; nil is an input
// without a row.
func (s *staged) standJoined(rows []*record) {
	if len(rows) == 1 && rows[0] != nil {
		s.stand(rows[0])
		return
	}
	f := &s.frame
	f.Context.RowTime = 0
	for k, r := range rows {
		if r == nil {
			s.blank(k)
			continue
		}
		s.standOne(k, r)
	}
	f.Row, f.Slots = s.flat, s.identity
}

// standOne puts the row of one input of several where it belongs.
func (s *staged) standOne(k int, r *record) {
	f := &s.frame
	f.Context.RowTime = max(f.Context.RowTime, r.source)
	s.views[k] = view{bound: r.bound, row: r.values}
	for _, i := range s.plan.Inputs[k].Columns {
		s.flat[i] = tag.Value{}
		if slot := r.bound.slots[i]; slot >= 0 {
			s.flat[i] = r.values[slot]
		}
	}
	for i, v := range r.computed {
		if s.before[i].plan.Input == k {
			f.Registers[s.before[i].plan.Register] = v
		}
	}
}

// blank makes an input have no row.
func (s *staged) blank(k int) {
	s.views[k] = view{}
	for _, i := range s.plan.Inputs[k].Columns {
		s.flat[i] = tag.Value{}
	}
	for i := range s.before {
		if s.before[i].plan.Input == k {
			s.frame.Registers[s.before[i].plan.Register] = tag.Value{}
		}
	}
}

func (s *staged) tick(now int64, emit Emit) {
	s.begin(now, emit)
	if s.reorder != nil && s.reorder.halfway {
		s.reorder.proceed()
	}
	for k, nested := range s.nested {
		if nested != nil {
			nested.tick(now, s.into(now, k, emit))
		}
	}
}

func (s *staged) next() (at int64, ok bool) {
	if s.shared != nil {
		return s.shared.band.windows.next()
	}
	switch {
	case s.reorder == nil:
		at, ok = s.windows.next()
	case s.reorder.halfway:
		at, ok = s.now, true
	}
	for _, nested := range s.nested {
		if nested == nil {
			continue
		}
		if t, due := nested.NextTick(); due && (!ok || t < at) {
			at, ok = t, true
		}
	}
	return at, ok
}

func (s *staged) end(now int64, emit Emit) {
	for k, nested := range s.nested {
		if nested != nil {
			nested.end(now, s.into(now, k, emit))
		}
	}
	s.begin(now, emit)
	if s.reorder != nil {
		s.reorder.releaseAll()
	}
	s.windows.end()
}

// pushNested gives a batch to the queries in FROM and in expressions.
func (s *staged) pushNested(now int64, name string, b *tag.Batch, emit Emit) {
	for _, q := range s.subqueries {
		q.push(now, name, b)
	}
	for k, nested := range s.nested {
		if nested != nil {
			nested.push(now, name, b, s.into(now, k, emit))
		}
	}
}

// into returns what takes the output of a query in FROM in as an input.
func (s *staged) into(now int64, input int, emit Emit) Emit {
	return func(b *tag.Batch) { s.push(now, input, b, emit) }
}

// failedRow tells of a record that failed.
func (s *staged) failedRow(r *record, err error) {
	if s.band != nil {
		s.band.failedRow(r, err)
		return
	}
	s.exec.fail(s.now, err, batchOf(r), 0)
}
