package endpoint

import (
	"errors"
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// derived is the tags of a group that no device is asked for: constants, and
// what is computed of other tags of the device. It is pure and immutable.
type derived struct {
	static   []tag.Value
	computed []computed
}

// any reports whether there are such tags.
func (d *derived) any() bool { return len(d.static)+len(d.computed) > 0 }

// computed is one of them. The expression reads a row of all tags of the device.
type computed struct {
	expression *streamsql.Expression
	kind       string // that the value has to be of; empty: any
}

// kinds are what a computed tag can be declared to be.
func kinds(declared string) fn.Type {
	switch declared {
	case "int":
		return fn.Int
	case "float":
		return fn.Number
	case "bool":
		return fn.Bool
	case "text":
		return fn.Text
	}
	return fn.Any
}

// derive compiles the static and computed tags of a device, by group. Its errors have their places.
func derive(d *config.Device) ([]derived, config.Errors) {
	if !derives(d) {
		return make([]derived, len(d.Groups)), nil
	}
	known, errs := fieldsOf(d), config.Errors(nil)
	groups := make([]derived, len(d.Groups))
	for g := range d.Groups {
		fields := known
		for s := range d.Groups[g].Static {
			groups[g].static = append(groups[g].static, d.Groups[g].Static[s].Constant())
		}
		for c := range d.Groups[g].Computed {
			of := &d.Groups[g].Computed[c]
			one, err := compute(d, of, fields)
			if err != nil {
				errs = append(errs, of.Origin.Error("sql", err))
				continue
			}
			groups[g].computed = append(groups[g].computed, one)
			fields = append(fields[:len(fields):len(fields)], tag.Field{Name: of.Name, Kind: one.fieldKind()})
		}
	}
	return groups, errs
}

// CheckDerived reports what is wrong with the expressions of a device, with the places.
func CheckDerived(d *config.Device) config.Errors {
	_, errs := derive(d)
	return errs
}

// derives reports whether a device has such tags.
func derives(d *config.Device) bool {
	for g := range d.Groups {
		if len(d.Groups[g].Static)+len(d.Groups[g].Computed) > 0 {
			return true
		}
	}
	return false
}

// fieldsOf returns what every expression can read: the tags and the static ones
// of all groups, in the order of inputs.
func fieldsOf(d *config.Device) (fields []tag.Field) {
	for g := range d.Groups {
		for t := range d.Groups[g].Tags {
			fields = append(fields, tag.Field{Name: d.Groups[g].Tags[t].Name})
		}
		for s := range d.Groups[g].Static {
			static := &d.Groups[g].Static[s]
			fields = append(fields, tag.Field{Name: static.Name, Kind: static.Constant().Kind()})
		}
	}
	return fields
}

func compute(d *config.Device, of *config.Computed, fields []tag.Field) (computed, error) {
	schema, err := tag.NewSchema(tag.StreamID{}, d.Name, fields...)
	if err != nil {
		return computed{}, err
	}
	e, err := streamsql.CompileExpression(of.SQL, schema)
	if err != nil {
		if at, ok := errors.AsType[*streamsql.Error](err); ok {
			return computed{}, &config.Problem{What: "in the expression, at " + at.Error()}
		}
		return computed{}, err
	}
	if e.Type()&kinds(of.Type) == 0 {
		return computed{}, &config.Problem{
			What: fmt.Sprintf("the expression makes %s, and the tag is declared as %s", e.Type(), of.Type),
			Fix:  "change type, or CAST the value",
		}
	}
	return computed{expression: e, kind: of.Type}, nil
}

// fieldKind returns the kind of all values, Absent where it varies.
func (c computed) fieldKind() tag.Kind {
	switch c.kind {
	case "":
		return c.expression.Type().Kind()
	case "float":
		return tag.Float
	default:
		return kinds(c.kind).Kind()
	}
}

// value computes the value of a tag from the tags of the device.
func (c computed) value(inputs []tag.Value, at int64) tag.Value {
	v, err := c.expression.Eval(inputs, at)
	if err != nil {
		return tag.NullOf(tag.BadUnexpected)
	}
	return judged(c.typed(v), worst(inputs, c.expression.Columns()))
}

// typed returns a value as it is declared; one that cannot be is Bad.
func (c computed) typed(v tag.Value) tag.Value {
	f, isNumber := v.Float()
	switch {
	case v.IsNull() || c.kind == "":
		return v
	case c.kind == "float" && isNumber:
		return tag.FloatOf(f).WithQuality(v.Quality())
	case c.kind == "int" && v.Kind() == tag.Float && f == math.Trunc(f) && math.Abs(f) <= 1<<53:
		return tag.IntOf(int64(f)).WithQuality(v.Quality())
	case kinds(c.kind).Takes(v) && (c.kind != "float" || isNumber):
		return v
	}
	return tag.NullOf(tag.BadTypeMismatch)
}

// worst returns the worst quality of inputs: the first Bad one, else the first
// that is not Good. What has never come is waited for.
func worst(inputs []tag.Value, columns []int) tag.Quality {
	least := tag.Good
	for _, slot := range columns {
		q := inputs[slot].Quality()
		if inputs[slot].Kind() == tag.Absent {
			q = tag.BadWaiting
		}
		if q.IsBad() {
			return q
		}
		if least.IsGood() && !q.IsGood() {
			least = q
		}
	}
	return least
}

// judged gives a computed value the quality that its inputs leave it: NULL is
// Bad for their reason, and what came about without a Bad one is a substitute.
func judged(v tag.Value, inputs tag.Quality) tag.Value {
	switch {
	case v.IsNull() && v.Quality().IsBad() && !inputs.IsBad():
		return v
	case v.IsNull() && inputs.IsBad():
		return tag.NullOf(inputs)
	case v.IsNull():
		return tag.NullOf(tag.BadDataUnavailable)
	case inputs.IsBad():
		return v.WithQuality(tag.UncertainSubstitute)
	case inputs.IsUncertain() && v.Quality().IsGood():
		return v.WithQuality(inputs)
	}
	return v
}
