package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// distinct shows each value to an aggregate once.
type distinct struct {
	fn.Aggregate
	options *Options
	seen    map[string]bool
	values  []tag.Value // in the order in which they were met
}

func (d *distinct) Add(c *fn.Context, args []tag.Value) error {
	key := string(value.AppendKey(nil, args[0]))
	switch {
	case d.seen[key]:
		return nil
	case len(d.values) >= d.options.states():
		return d.options.errTooMany()
	}
	return d.take(c, key, args)
}

// take shows a value that is new.
func (d *distinct) take(c *fn.Context, key string, args []tag.Value) error {
	if d.seen == nil {
		d.seen = make(map[string]bool)
	}
	d.seen[key] = true
	d.values = append(d.values, args[0].Clone())
	return d.Aggregate.Add(c, args)
}

func (d *distinct) Merge(other fn.Aggregate) {
	d.again(other.(*distinct).values)
}

// Picked reports whether the last Add or Merge changed the result.
func (d *distinct) Picked() bool {
	picker, ok := d.Aggregate.(fn.Picker)
	return ok && picker.Picked()
}

func (d *distinct) AppendState(dst []byte) []byte { return state.AppendValues(dst, d.values) }

func (d *distinct) RestoreState(src *state.Reader) {
	d.again(src.Values())
}

// again takes values in that were added before, to this state or another: without an error then, and within its bound.
func (d *distinct) again(values []tag.Value) {
	for _, v := range values {
		if key := string(value.AppendKey(nil, v)); !d.seen[key] {
			_ = d.take(new(fn.Context), key, []tag.Value{v})
		}
	}
}
