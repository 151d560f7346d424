package exec

import (
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// outTable is a table function as a select item.
type outTable struct {
	name string
	plan *plan.TableCall
}

// spread puts the fields of an object into their columns.
func (o *output) spread(out []tag.Value, v tag.Value) []tag.Value {
	object := v.Object()
	if v.IsNull() || object == nil {
		return out
	}
	for i := range object.Len() {
		name, field := object.At(i)
		var to int
		to, out = o.slot(name, out)
		out[to] = field
	}
	return out
}

// rows replaces the last row by one for each row of the table function.
func (o *output) rows(f *expr.Frame, out []tag.Value) {
	common := slices.Clone(out)
	o.builder.Drop()
	mark := f.Mark()
	args := f.Push(o.table.plan.Args)
	err := o.table.plan.Func.Table(&f.Context, args, func(v tag.Value) bool {
		row := o.builder.Row(f.Context.RowTime)
		copy(row, common)
		if v.Kind() == tag.ObjectKind && !v.IsNull() {
			o.spread(row, v)
			return true
		}
		to, row := o.slot(o.table.name, row)
		row[to] = v
		return true
	})
	f.Release(mark)
	if err != nil {
		f.Fail(fmt.Errorf("%s: %w", o.table.plan.Func.Name, err))
	}
}
