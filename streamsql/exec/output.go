package exec

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// output builds the rows that a SELECT gives. Its schema is settled with the
// first row and grows when rows bring columns that a star takes.
type output struct {
	exec    *Exec
	plan    *plan.Select
	schema  *tag.Schema // nil: not settled
	builder *tag.Builder
	columns []outColumn
	stars   []outStar
	spreads []expr.Eval // objects whose fields are columns
	table   *outTable
	room    int         // rows that a batch has room for
	last    []tag.Value // the last row, as long as it is the last

	complete int // rows so far that nothing is missing of, for Mend
}

// outColumn is one column of the output: a column of the layout, or an
// expression.
type outColumn struct {
	to     int
	column int // expr.NoColumn: eval
	eval   expr.Eval
}

// view is what a row has of one input.
type view struct {
	bound *binding // nil: nothing, as beside an outer join
	row   []tag.Value
	batch *tag.Batch // where the row is the front of one there; else nil
	at    int        // of batch, the row
}

// values returns all values of the row.
func (v *view) values() []tag.Value {
	if v.batch != nil {
		return v.batch.Row(v.at)
	}
	return v.row
}

func newOutput(e *Exec, p *plan.Select) *output {
	o := &output{exec: e, plan: p}
	for i := range p.Items {
		switch item := &p.Items[i]; {
		case item.Star != nil:
			o.stars = append(o.stars, outStar{plan: item.Star})
		case item.Table != nil:
			o.table = &outTable{name: item.Name, plan: item.Table}
		case item.Spread:
			o.spreads = append(o.spreads, item.Expr.Eval)
		default:
			o.columns = append(o.columns, outColumn{column: item.Expr.Column, eval: item.Expr.Eval})
		}
	}
	return o
}

// row appends what the frame's row gives: one row, or with a table function as
// many as that.
func (o *output) row(f *expr.Frame, views []view) {
	if o.schema == nil {
		o.settle(views)
	}
	out := o.builder.Row(f.Context.RowTime)
	for k := range o.columns {
		c := &o.columns[k]
		if c.column >= 0 {
			out[c.to] = f.Column(c.column)
		} else {
			out[c.to] = c.eval(f)
		}
	}
	for i := range o.stars {
		out = o.star(&o.stars[i], out, views)
	}
	for _, eval := range o.spreads {
		out = o.spread(out, eval(f))
	}
	o.last = out
	if o.table != nil {
		o.rows(f, out)
	}
}

// settle makes the schema, in the order of the select list.
func (o *output) settle(views []view) {
	var fields []tag.Field
	for _, item := range o.plan.Items {
		switch {
		case item.Star != nil:
			fields = append(fields, starFields(item.Star, views)...)
		case item.Table == nil && !item.Spread:
			fields = append(fields, tag.Field{Name: item.Name})
		}
	}
	if o.plan.Fields != nil {
		fields = o.plan.Fields
	}
	o.extend(fields)
	next := 0
	for _, item := range o.plan.Items {
		if item.Star == nil && item.Table == nil && !item.Spread {
			o.columns[next].to, _ = o.schema.Slot(item.Name)
			next++
		}
	}
}

// extend makes the schema hold the fields. Rows that were begun are taken over.
func (o *output) extend(fields []tag.Field) {
	var more []tag.Field
	added := make(map[string]bool)
	for _, f := range fields {
		known := o.schema != nil
		if known {
			_, known = o.schema.Slot(f.Name)
		}
		if !known && !added[f.Name] {
			added[f.Name] = true
			more = append(more, f)
		}
	}
	var err error
	if o.schema == nil {
		o.schema, err = tag.NewSchema(o.exec.options.Stream, o.exec.options.Rule, more...)
	} else {
		o.schema, err = o.schema.Extend(more...)
	}
	if err != nil {
		panic(fmt.Sprintf("output of %s: %v", o.exec.options.Rule, err)) // the names were made distinct
	}
	o.room = max(o.room, firstRows)
	o.takeOver(tag.NewBuilder(o.schema, o.room))
}

// firstRows is how many rows a batch of the output has room for at first.
const firstRows = 16

// takeOver moves the rows that were begun into a builder of the new schema.
func (o *output) takeOver(wider *tag.Builder) {
	if o.builder != nil {
		if begun := o.builder.Batch(); begun != nil {
			for i := range begun.Len() {
				o.last = wider.Row(begun.Time(i))
				copy(o.last, begun.Row(i))
			}
		}
	}
	o.builder = wider
}

// slot returns the place of a column, which is made where there is none, and the
// row that is being filled.
func (o *output) slot(name string, out []tag.Value) (int, []tag.Value) {
	if to, ok := o.schema.Slot(name); ok {
		return to, out
	}
	o.extend([]tag.Field{{Name: name}})
	to, _ := o.schema.Slot(name)
	return to, o.last
}

// stamp gives columns that were passed on the source time that they came with.
func (o *output) stamp(f *expr.Frame, bound *binding, b *tag.Batch, i int) {
	if o.table != nil {
		return
	}
	for _, c := range o.columns {
		if c.column >= 0 && f.Slots[c.column] >= 0 {
			o.builder.Stamp(c.to, b.ValueTime(i, int(f.Slots[c.column])))
		}
	}
	for k := range o.stars {
		for _, p := range o.stars[k].pairs[bound] {
			o.builder.Stamp(p.to, b.ValueTime(i, p.from))
		}
	}
}

// mark returns how many rows there are, for cut.
func (o *output) mark() int {
	if o.builder == nil {
		return 0
	}
	return o.builder.Len()
}

// cut takes back the rows since mark.
func (o *output) cut(mark int) {
	for o.mark() > mark {
		o.builder.Drop()
	}
}

// flush emits the rows so far.
func (o *output) flush(origin tag.Origin, hops int, emit Emit) {
	o.complete = 0
	if o.builder == nil {
		return
	}
	out := o.builder.Derived(origin, hops)
	if out == nil {
		return
	}
	if n := out.Len(); n > o.room || n < o.room/4 {
		o.room = n + n/8
		o.builder = tag.NewBuilder(o.schema, o.room)
	}
	emit(out)
}
