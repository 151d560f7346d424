package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// deduplicate keeps the first row of each value.
type deduplicate struct {
	keys []string
	rows []tag.Value
	all  bool // all are asked for, not only the last
	last bool // the last row that was shown was kept
}

func (a *deduplicate) Add(_ *Context, args []tag.Value) error {
	a.all = value.TruthOf(args[1]) == value.True
	a.take(string(value.AppendKey(nil, args[0])), args[2])
	return nil
}

func (a *deduplicate) take(key string, row tag.Value) {
	a.last = !slices.Contains(a.keys, key)
	if a.last {
		a.keys, a.rows = append(a.keys, key), append(a.rows, row.Clone())
	}
}

func (a *deduplicate) Merge(other Aggregate) {
	b := other.(*deduplicate)
	a.all = a.all || b.all
	for i, key := range b.keys {
		a.take(key, b.rows[i])
	}
	a.last = a.last && b.last
}

func (a *deduplicate) Result(*Context) (tag.Value, error) {
	switch {
	case a.all:
		return tag.ArrayOf(slices.Clone(a.rows)), nil
	case a.last:
		return a.rows[len(a.rows)-1], nil
	default:
		return tag.NullOf(tag.Good), nil
	}
}

func (a *deduplicate) AppendState(dst []byte) []byte {
	dst = state.AppendBool(state.AppendBool(dst, a.all), a.last)
	dst = state.AppendInt(dst, int64(len(a.keys)))
	for i, key := range a.keys {
		dst = state.AppendValue(state.AppendString(dst, key), a.rows[i])
	}
	return dst
}

func (a *deduplicate) RestoreState(src *state.Reader) {
	a.all, a.last = src.Bool(), src.Bool()
	for range src.Count() {
		a.keys, a.rows = append(a.keys, src.String()), append(a.rows, src.Value())
	}
}
