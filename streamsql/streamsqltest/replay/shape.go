package replay

import (
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// shape brings rows into the form in which the results of a stage were recorded.
func (o *operation) shape(c Case, rows []tag.Value) tag.Value {
	stage, form, _ := strings.Cut(c.Stage, "-")
	switch {
	case stage == "aggfunc" && c.Kind == "operator" && len(rows) == 1:
		return rows[0]
	case stage == "project" || stage == "aggfunc":
		for i := range rows {
			rows[i] = strip(rows[i])
		}
		return array(rows)
	case len(rows) == 0:
		return tag.NullOf(tag.Good)
	case stage == "groupby" || form == "grouped":
		return o.groups(c, rows)
	case c.Kind == "operator":
		return o.tuples(c, rows[0])[0]
	default:
		var all []tag.Value
		for _, row := range rows {
			all = append(all, o.row(c, row))
		}
		return field("rows", array(all))
	}
}

// strip takes the number of the joined row out of all objects.
func strip(v tag.Value) tag.Value {
	switch v.Kind() {
	case tag.Array:
		var elements []tag.Value
		for _, element := range v.Array() {
			elements = append(elements, strip(element))
		}
		return tag.ArrayOf(elements)
	case tag.ObjectKind:
		var names []string
		var values []tag.Value
		for i := range v.Object().Len() {
			if name, field := v.Object().At(i); name != hidden {
				names, values = append(names, name), append(values, strip(field))
			}
		}
		return object(names, values)
	default:
		return v
	}
}

// array is NULL where it would be empty.
func array(values []tag.Value) tag.Value {
	if len(values) == 0 {
		return tag.NullOf(tag.Good)
	}
	return tag.ArrayOf(values)
}

func field(name string, v tag.Value) tag.Value { return object([]string{name}, []tag.Value{v}) }

// row returns a row as recorded: of one source, or joined.
func (o *operation) row(c Case, shownRow tag.Value) tag.Value {
	tuples := o.tuples(c, shownRow)
	if len(o.labels) > 1 {
		return field("joined", tag.ArrayOf(tuples))
	}
	return tuples[0]
}

// tuples returns what a row has of each source.
func (o *operation) tuples(c Case, row tag.Value) []tag.Value {
	var all []tag.Value
	for i := range o.labels {
		part, _ := row.Object().Lookup(shown(i))
		if part.Kind() == tag.ObjectKind && (part.Object().Len() > 0 || len(o.labels) == 1) {
			all = append(all, object([]string{"$emitter", "row"}, []tag.Value{tag.StringOf(o.emitterOf(c, i)), part}))
		}
	}
	return all
}

// emitterOf returns what the recording calls a source.
func (o *operation) emitterOf(c Case, i int) string {
	for _, in := range c.Inputs {
		if o.labelOf(in.Stream) == o.labels[i] {
			return in.Stream
		}
	}
	return o.labels[i]
}

// groups returns groups as recorded, each with its rows.
func (o *operation) groups(c Case, rows []tag.Value) tag.Value {
	var all []tag.Value
	for _, group := range rows {
		var members []tag.Value
		first, _ := group.Object().Lookup(shown(0))
		for at := range first.Array() {
			members = append(members, o.row(c, o.member(group, at)))
		}
		all = append(all, field("rows", tag.ArrayOf(members)))
	}
	return field("groups", tag.ArrayOf(all))
}

// member returns one row of a group.
func (o *operation) member(group tag.Value, at int) tag.Value {
	var names []string
	var values []tag.Value
	for i := range o.labels {
		parts, _ := group.Object().Lookup(shown(i))
		names, values = append(names, shown(i)), append(values, parts.Array()[at])
	}
	return object(names, values)
}
