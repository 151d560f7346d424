package exec

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// output builds the rows that a SELECT gives.
type output struct {
	exec    *Exec
	plan    *plan.Select
	schema  *tag.Schema
	builder *tag.Builder
	columns []outColumn
}

// outColumn is one column of the output and where its value comes from: a slot
// of the input's row, a column of the layout, or an expression.
type outColumn struct {
	to     int
	slot   int // of the row, or -1
	column int // of the layout, or -1
	eval   expr.Eval
}

func newOutput(e *Exec, p *plan.Select) *output { return &output{exec: e, plan: p} }

// bind settles the columns for rows of a schema. Columns that are new stand
// behind those of before.
func (o *output) bind(in *tag.Schema) {
	names := o.names(in)
	o.grow(names)
	o.columns = o.columns[:0]
	for _, item := range o.plan.Items {
		if item.Star == nil {
			to, _ := o.schema.Slot(item.Name)
			o.columns = append(o.columns, outColumn{to: to, slot: -1, column: item.Expr.Column, eval: item.Expr.Eval})
			continue
		}
		for slot := range in.Len() {
			name := in.Field(slot).Name
			if to, ok := o.schema.Slot(name); ok && !item.Star.Hides(name) {
				o.columns = append(o.columns, outColumn{to: to, slot: slot, column: -1})
			}
		}
	}
}

// names returns the fields of the output for rows of a schema, in the order of
// the select list.
func (o *output) names(in *tag.Schema) []tag.Field {
	if o.plan.Fields != nil {
		return o.plan.Fields
	}
	var fields []tag.Field
	for _, item := range o.plan.Items {
		if item.Star == nil {
			fields = append(fields, tag.Field{Name: item.Name})
			continue
		}
		for slot := range in.Len() {
			if f := in.Field(slot); !item.Star.Hides(f.Name) {
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// grow makes the schema hold the fields.
func (o *output) grow(fields []tag.Field) {
	if o.schema == nil {
		o.extend(nil)
	}
	var more []tag.Field
	added := make(map[string]bool)
	for _, f := range fields {
		if _, has := o.schema.Slot(f.Name); !has && !added[f.Name] {
			added[f.Name] = true
			more = append(more, f)
		}
	}
	if more != nil || o.builder == nil {
		o.extend(more)
	}
}

func (o *output) extend(more []tag.Field) {
	var err error
	if o.schema == nil {
		o.schema, err = tag.NewSchema(o.exec.options.Stream, o.exec.options.Rule)
	} else {
		o.schema, err = o.schema.Extend(more...)
	}
	if err != nil {
		panic(fmt.Sprintf("output of %s: %v", o.exec.options.Rule, err)) // the names were made distinct
	}
	o.builder = tag.NewBuilder(o.schema, firstRows)
}

// firstRows is how many rows a batch of the output has room for at first.
const firstRows = 16

// row appends the output for the row that the frame stands at.
func (o *output) row(f *expr.Frame, b *tag.Batch, i int) {
	out := o.builder.Row(f.Context.RowTime)
	for k := range o.columns {
		c := &o.columns[k]
		switch {
		case c.slot >= 0:
			out[c.to] = f.Row[c.slot]
		case c.column >= 0:
			out[c.to] = f.Column(c.column)
		default:
			out[c.to] = c.eval(f)
		}
	}
	if b.HasValueTimes() {
		o.stamp(f, b, i)
	}
}

// stamp gives columns that are passed on the source time that they came with.
func (o *output) stamp(f *expr.Frame, b *tag.Batch, i int) {
	for _, c := range o.columns {
		slot := c.slot
		if c.column >= 0 {
			slot = int(f.Slots[c.column])
		}
		if slot >= 0 {
			o.builder.Stamp(c.to, b.ValueTime(i, slot))
		}
	}
}

// drop takes the last row back.
func (o *output) drop() { o.builder.Drop() }

// flush emits the rows so far.
func (o *output) flush(origin tag.Origin, hops int, emit Emit) {
	if o.builder == nil {
		return
	}
	if out := o.builder.Derived(origin, hops); out != nil {
		emit(out)
	}
}
