package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// outStar is a star over an input whose columns come with its rows.
type outStar struct {
	plan  *plan.Star
	pairs map[*binding][]pair

	// Whether the columns of a binding are those of the output at their places.
	same struct {
		bound  *binding
		schema *tag.Schema
		is     bool
	}
}

// pair is a column of a row and its place in the output.
type pair struct {
	from, to int
}

// star copies the columns of a star. A column of an earlier star of the same
// name stays.
func (o *output) star(s *outStar, out []tag.Value, views []view) []tag.Value {
	v := views[s.plan.Input]
	if v.bound == nil {
		return out
	}
	pairs, known := s.pairs[v.bound]
	if !known {
		pairs, out = o.pair(s, out, v.bound)
	}
	row := v.values()
	for _, p := range pairs {
		if out[p.to].Kind() == tag.Absent {
			out[p.to] = row[p.from]
		}
	}
	return out
}

// pair finds the places of the columns of rows of a schema.
func (o *output) pair(s *outStar, out []tag.Value, bound *binding) ([]pair, []tag.Value) {
	if s.pairs == nil {
		s.pairs = make(map[*binding][]pair)
	}
	var pairs []pair
	for from := range bound.schema.Len() {
		name := bound.schema.Field(from).Name
		if s.plan.Hides(name) {
			continue
		}
		var to int
		to, out = o.slot(name, out)
		pairs = append(pairs, pair{from, to})
	}
	if len(s.pairs) >= mostBindings {
		clear(s.pairs) // those of bindings that are forgotten are among them
	}
	s.pairs[bound] = pairs
	return pairs, out
}

// starFields returns the fields that a star stands for.
func starFields(s *plan.Star, views []view) []tag.Field {
	v := views[s.Input]
	if v.bound == nil {
		return nil
	}
	var fields []tag.Field
	for i := range v.bound.schema.Len() {
		if f := v.bound.schema.Field(i); !s.Hides(f.Name) {
			fields = append(fields, f)
		}
	}
	return fields
}

// fieldsOf returns what calls yield with each column that a row has of an input.
func fieldsOf(views []view) func(int, func(string, tag.Value)) {
	return func(input int, yield func(string, tag.Value)) {
		v := views[input]
		if v.bound == nil {
			return
		}
		row := v.values()
		for i := range v.bound.schema.Len() {
			yield(v.bound.schema.Field(i).Name, row[i])
		}
	}
}
