package fn

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func concatAggregates() []*Func {
	return []*Func{
		{
			Name: "group_concat", Aliases: []string{"string_agg"}, Family: "aggregate", Returns: Text, Nulls: NullIsSkipped,
			Params:    []Param{{Name: "x", Type: Any}, {Name: "separator", Type: Any, Optional: true}},
			Aggregate: func() Aggregate { return new(groupConcat) },
			Doc:       "The texts of x of the rows where it is not NULL, with a separator (,) between.",
			Examples:  []Example{{"group_concat(x, '; ') FROM [1, null, 2]", `"1; 2"`}},
		},
	}
}

// groupConcat grows a text. What stands before a row's text is that row's own
// separator, as in SQLite; the first row's is kept for a group that comes before.
type groupConcat struct {
	any   bool
	first []byte // separator of the first row
	text  []byte
}

func (a *groupConcat) Add(_ *Context, args []tag.Value) error {
	separator := ","
	if len(args) > 1 {
		separator = value.Text(args[1])
	}
	if err := atMost(int64(len(a.text)+len(separator)+len(args[0].Str())), maxOctets, "octets or more"); err != nil {
		return err
	}
	if a.any {
		a.text = append(a.text, separator...)
	} else {
		a.any, a.first = true, []byte(separator)
	}
	a.text = value.AppendText(a.text, args[0])
	return nil
}

func (a *groupConcat) Merge(other Aggregate) {
	b := other.(*groupConcat)
	switch {
	case !b.any:
	case !a.any:
		a.any, a.first, a.text = true, slices.Clone(b.first), slices.Clone(b.text)
	default:
		a.text = append(append(a.text, b.first...), b.text...)
	}
}

func (a *groupConcat) Result(*Context) (tag.Value, error) {
	if !a.any {
		return tag.NullOf(tag.Good), nil
	}
	return tag.StringOf(string(a.text)), atMost(int64(len(a.text)), maxOctets, "octets")
}

func (a *groupConcat) AppendState(dst []byte) []byte {
	dst = state.AppendString(state.AppendBool(dst, a.any), string(a.first))
	return state.AppendString(dst, string(a.text))
}

func (a *groupConcat) RestoreState(src *state.Reader) {
	a.any, a.first, a.text = src.Bool(), []byte(src.String()), []byte(src.String())
}
