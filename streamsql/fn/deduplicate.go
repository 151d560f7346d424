package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// deduplicate keeps the first row of each value.
type deduplicate struct {
	gathering
	seen map[string]bool
	keys []string
	rows []tag.Value
	all  bool // all are asked for, not only the last
	last bool // the last row that was shown was kept
}

func (a *deduplicate) Add(_ *Context, args []tag.Value) error {
	a.all = value.TruthOf(args[1]) == value.True
	key := string(value.AppendKey(nil, args[0]))
	if a.last = !a.seen[key]; !a.last {
		return nil
	}
	if err := a.take(args[2]); err != nil {
		a.last = false
		return err
	}
	a.keep(key, args[2].Clone())
	return nil
}

// keep adds the first row of a value.
func (a *deduplicate) keep(key string, row tag.Value) {
	if a.seen == nil {
		a.seen = make(map[string]bool)
	}
	a.seen[key] = true
	a.keys, a.rows = append(a.keys, key), append(a.rows, row)
}

// Merge adds the rows of a later part, which stay as they are.
func (a *deduplicate) Merge(other Aggregate) {
	b := other.(*deduplicate)
	if len(b.keys) == 0 {
		return
	}
	a.all, a.last = a.all || b.all, false
	for i, key := range b.keys {
		if !a.seen[key] {
			a.keep(key, b.rows[i])
			a.octets += value.Size(b.rows[i], maxNested)
			a.last = b.last && i == len(b.keys)-1
		}
	}
}

func (a *deduplicate) Result(*Context) (tag.Value, error) {
	switch {
	case a.all:
		return tag.ArrayOf(slices.Clone(a.rows)), a.bounded()
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
		a.keep(src.String(), src.Value())
	}
	a.gathering = countedAgain(a.rows)
	a.last = a.last && len(a.rows) > 0
}
