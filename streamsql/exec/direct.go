package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// direct runs a SELECT in which each row stands for itself: it is evaluated
// where it lies in its batch, and nothing of it is kept but what analytic
// functions remember.
type direct struct {
	exec     *Exec
	plan     *plan.Select
	frame    expr.Frame
	bindings bindings
	before   []before
	output   *output
	views    [1]view
	origin   tag.Origin // of the batch in hand
	hops     int
	short    bool // the columns that are named are at the front of its rows
}

func newDirect(e *Exec, p *plan.Select) *direct {
	d := &direct{exec: e, plan: p, bindings: newBindings(p), before: newBefores(e, p.Before), output: newOutput(e, p)}
	d.frame.Registers = make([]tag.Value, p.Registers)
	d.frame.Fields = fieldsOf(d.views[:])
	e.surround(&d.frame)
	return d
}

// surround tells a frame what the query was told about its surroundings.
func (e *Exec) surround(f *expr.Frame) {
	f.Context.Rule, f.Context.RuleStart = e.options.Rule, e.options.Start
}

func (d *direct) push(now int64, _ int, b *tag.Batch, emit Emit) {
	f := d.ready(now, b)
	for i := range b.Len() {
		d.stand(b, i)
		if d.passes() {
			d.give(b, i)
		}
		if f.Failed() {
			d.exec.fail(now, f.Err(), b, i)
		}
	}
	d.output.flush(d.origin, d.hops, emit)
}

// ready makes the frame read rows of a batch.
func (d *direct) ready(now int64, b *tag.Batch) *expr.Frame {
	bound := d.bindings.of(0, b.Schema())
	d.frame.Slots, d.frame.Context.Now = bound.slots, now
	d.views[0] = view{bound: bound}
	d.short = b.HasTexts() && bound.last < b.Ready()
	d.origin, d.hops = b.Origin(), b.Hops()+1
	return &d.frame
}

// stand makes the frame stand at a row of the batch that it was made ready for.
func (d *direct) stand(b *tag.Batch, i int) {
	d.exec.row = i
	at(&d.frame, d.exec, b, i)
	if !d.short {
		d.frame.Row = b.Row(i)
		d.views[0].row = d.frame.Row
		return
	}
	d.frame.Row = b.Front(i)
	d.views[0].batch, d.views[0].at = b, i
}

// give appends what the row gives, unless it fails.
func (d *direct) give(b *tag.Batch, i int) {
	f := &d.frame
	if f.Failed() {
		return
	}
	mark := d.output.mark()
	d.output.row(f, d.views[:])
	if f.Failed() {
		d.output.cut(mark)
		return
	}
	hit(&f.Context.Hits, b.Time(i))
	if b.HasValueTimes() {
		d.output.stamp(f, d.views[0].bound, b, i)
	}
	d.output.complete = d.output.mark()
}

// passes computes what comes before the filter, and the filter.
func (d *direct) passes() bool {
	for i := range d.before {
		d.before[i].step(&d.frame)
	}
	return d.plan.Filter == nil || d.plan.Filter.Holds(&d.frame)
}

// at makes a frame stand at a row of a batch, but for its values.
func at(f *expr.Frame, e *Exec, b *tag.Batch, i int) {
	f.Context.RowTime = b.Time(i)
	f.Times = nil
	if b.HasValueTimes() {
		f.Times = func(slot int) int64 { return b.ValueTime(i, slot) }
	}
	if e.options.Metadata != nil {
		f.Context.Metadata = func(stream, key string) tag.Value { return e.options.Metadata(b, i, stream, key) }
	}
}

// hit counts a row that passed.
func hit(h *fn.Hits, t int64) {
	h.Count++
	h.Last = t
}

func (d *direct) tick(int64, Emit)          {}
func (d *direct) next() (at int64, ok bool) { return 0, false }
func (d *direct) end(int64, Emit)           {}

func (d *direct) appendState(s *sections) {
	appendBefores(s, d.before)
	s.add("hits", appendHits(nil, d.frame.Context.Hits))
}

func (d *direct) restore(s *sections) {
	restoreBefores(s, d.before)
	s.read("hits", func(r *reader) { d.frame.Context.Hits = restoreHits(r) })
}
