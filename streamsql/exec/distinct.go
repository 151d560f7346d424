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
	held    *held // counts the values; nil: they are counted elsewhere
	octets  int   // that it has counted
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
	case d.held != nil && d.held.octets+d.size(key, args[0]) > d.held.limit:
		return d.held.tooManyValues()
	}
	return d.take(c, key, args)
}

// size returns about how many octets a value takes with its key.
func (d *distinct) size(key string, v tag.Value) int {
	return groupOverhead + len(key) + sizeOf([]tag.Value{v})
}

// take shows a value that is new.
func (d *distinct) take(c *fn.Context, key string, args []tag.Value) error {
	if d.seen == nil {
		d.seen = make(map[string]bool)
	}
	d.seen[key] = true
	if d.held != nil {
		size := d.size(key, args[0])
		d.octets += size
		d.held.octets += size
	}
	d.values = append(d.values, args[0].Clone())
	return d.Aggregate.Add(c, args)
}

func (d *distinct) Merge(other fn.Aggregate) {
	d.again(other.(*distinct).values)
}

// release counts the values as gone.
func (d *distinct) release() {
	if d.held != nil {
		d.held.octets -= d.octets
		d.octets = 0
	}
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
