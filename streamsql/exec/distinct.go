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
	seen   map[string]bool
	values []tag.Value // in the order in which they were met
}

func (d *distinct) Add(c *fn.Context, args []tag.Value) error {
	key := string(value.AppendKey(nil, args[0]))
	if d.seen[key] {
		return nil
	}
	if d.seen == nil {
		d.seen = make(map[string]bool)
	}
	d.seen[key] = true
	d.values = append(d.values, args[0].Clone())
	return d.Aggregate.Add(c, args)
}

func (d *distinct) Merge(other fn.Aggregate) {
	for _, v := range other.(*distinct).values {
		// The value was added once without an error.
		_ = d.Add(new(fn.Context), []tag.Value{v})
	}
}

// Picked reports whether the last Add or Merge changed the result.
func (d *distinct) Picked() bool {
	picker, ok := d.Aggregate.(fn.Picker)
	return ok && picker.Picked()
}

func (d *distinct) AppendState(dst []byte) []byte { return state.AppendValues(dst, d.values) }

func (d *distinct) RestoreState(src *state.Reader) {
	for _, v := range src.Values() {
		_ = d.Add(new(fn.Context), []tag.Value{v})
	}
}
