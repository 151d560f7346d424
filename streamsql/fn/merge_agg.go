package fn

import (
	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

func mergeFunctions() []*Func {
	x := []Param{{Name: "x", Type: Any}}
	return []*Func{
		{
			Name: "merge_agg", Family: "aggregate", Params: x, Returns: Object, Nulls: NullIsSkipped,
			Aggregate: func() Aggregate { return new(mergeAgg) },
			Doc:       "An object of the fields of all objects x, or as merge_agg(*) of the rows; of those of one name the last. NULL where there are none.",
			Examples:  []Example{{`merge_agg(x) FROM [{"a":1,"b":1}, {"b":2}]`, `{"a":1,"b":2}`}},
		},
		{
			Name: "agg_by_key", Family: "aggregate", Params: x, Returns: Object, Nulls: NullIsSkipped,
			Aggregate: func() Aggregate { return &mergeAgg{collect: true} },
			Doc:       "An object of the fields of all objects x, each with an array of its values.",
			Examples:  []Example{{`agg_by_key(x) FROM [{"a":1}, {"a":2,"b":3}]`, `{"a":[1,2],"b":[3]}`}},
		},
		{
			Name: "json_group_object", Family: "aggregate", Returns: Object, Nulls: NullIsValue,
			Params:    []Param{{Name: "name", Type: Any}, {Name: "x", Type: Any}},
			Aggregate: func() Aggregate { return &mergeAgg{pairs: true} },
			Doc:       "An object of the names and values of all rows in which the name is not NULL; of those of one name the last.",
			Examples:  []Example{{"json_group_object('a', x) FROM [1, 2]", `{"a":2}`}},
		},
	}
}

// mergeAgg gathers fields: the last value of each, or all of them.
type mergeAgg struct {
	gathering
	collect bool
	pairs   bool // of a name and a value, and an object even of none
	fields  gathered
}

func (a *mergeAgg) Add(_ *Context, args []tag.Value) error {
	switch {
	case a.pairs && args[0].IsNull():
		return nil
	case a.pairs:
		return a.add(value.Text(args[0]), args[1])
	}
	o := args[0].Object()
	if o == nil {
		return nil
	}
	for i := range o.Len() {
		name, v := o.At(i)
		if err := a.add(name, v); err != nil {
			return err
		}
	}
	return nil
}

// add sets a field, unless that would be too much. Its name counts where it is new.
func (a *mergeAgg) add(name string, v tag.Value) error {
	i, known := a.fields.at[name]
	if !known {
		if err := a.take(tag.StringOf(name)); err != nil {
			return err
		}
	}
	if err := a.take(v); err != nil {
		return err
	}
	if known && !a.collect {
		a.leave(a.fields.values[i])
	}
	a.set(name, v.Clone())
	return nil
}

func (a *mergeAgg) set(name string, v tag.Value) {
	if a.collect {
		v = tag.ArrayOf(append(a.values(name), v))
	}
	a.fields.set(name, v)
}

// values returns what was collected under a name. Results share it, so that it
// only grows behind what they have seen.
func (a *mergeAgg) values(name string) []tag.Value {
	if i, ok := a.fields.at[name]; ok {
		return a.fields.values[i].Array()
	}
	return nil
}

func (a *mergeAgg) Merge(other Aggregate) {
	b := other.(*mergeAgg)
	defer func() { a.gathering = countedAgain(a.fields.values) }()
	for i, name := range b.fields.names {
		if !a.collect {
			a.fields.set(name, b.fields.values[i])
			continue
		}
		for _, v := range b.fields.values[i].Array() {
			a.set(name, v)
		}
	}
}

// Result copies: the object that it returns never changes.
func (a *mergeAgg) Result(*Context) (tag.Value, error) {
	if len(a.fields.names) == 0 && !a.pairs {
		return tag.NullOf(tag.Good), nil
	}
	if err := a.bounded(); err != nil {
		return tag.Value{}, err
	}
	return a.fields.copied(), nil
}

func (a *mergeAgg) AppendState(dst []byte) []byte { return a.fields.appendState(dst) }

func (a *mergeAgg) RestoreState(src *state.Reader) {
	a.fields.restore(src)
	a.gathering = countedAgain(a.fields.values)
}
