package replay

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// decode reads a recorded value. {"$error": text} is an error.
func decode(raw []byte) (tag.Value, error) {
	if len(raw) == 0 {
		return tag.Value{}, nil
	}
	v, err := tag.ParseJSON(raw)
	if err != nil {
		return tag.Value{}, err
	}
	return special(v)
}

// special replaces objects of one $-field by what they stand for.
func special(v tag.Value) (tag.Value, error) {
	switch v.Kind() {
	case tag.Array:
		elements := slices.Clone(v.Array())
		for i := range elements {
			var err error
			if elements[i], err = special(elements[i]); err != nil {
				return tag.Value{}, err
			}
		}
		return tag.ArrayOf(elements), nil
	case tag.ObjectKind:
		return specialObject(v.Object())
	default:
		return v, nil
	}
}

func specialObject(o *tag.Object) (tag.Value, error) {
	if o.Len() == 1 {
		if name, v := o.At(0); strings.HasPrefix(name, "$") {
			return stands(name, v)
		}
	}
	names, values := make([]string, o.Len()), make([]tag.Value, o.Len())
	for i := range o.Len() {
		name, v := o.At(i)
		field, err := special(v)
		if err != nil {
			return tag.Value{}, err
		}
		names[i], values[i] = name, field
	}
	return object(names, values), nil
}

func stands(name string, v tag.Value) (tag.Value, error) {
	switch name {
	case "$bytes":
		b, err := base64.StdEncoding.DecodeString(v.Str())
		return tag.BytesOf(b), err
	case "$time":
		ms, _ := v.Int()
		return tag.NanosOf(ms * millisecond), nil
	case "$float":
		return map[string]tag.Value{
			"NaN": tag.FloatOf(math.NaN()), "+Inf": tag.FloatOf(math.Inf(1)), "-Inf": tag.FloatOf(math.Inf(-1)),
		}[v.Str()], nil
	case "$error":
		return tag.Value{}, errors.New(v.Str())
	default:
		return tag.Value{}, fmt.Errorf("value %s is not known", name)
	}
}

func object(names []string, values []tag.Value) tag.Value {
	o, err := tag.NewObject(names, values)
	if err != nil {
		panic(err) // as many names as values
	}
	return tag.ObjectOf(o)
}

// millisecond is one in nanoseconds.
const millisecond = 1_000_000

// same reports whether two values are the same to a user: nulls and absent
// fields are, as are an integer and a float of its value. Elements of unordered
// arrays may stand anywhere.
func same(want, got tag.Value, unordered bool) bool {
	if isNothing(want) || isNothing(got) {
		return isNothing(want) && isNothing(got)
	}
	a, aNumber := want.Float()
	b, bNumber := got.Float()
	switch {
	case aNumber && bNumber && want.Kind() != tag.Bool && got.Kind() != tag.Bool:
		return a == b || math.IsNaN(a) && math.IsNaN(b)
	case want.Kind() != got.Kind():
		return false
	case want.Kind() == tag.Array:
		return sameArray(want.Array(), got.Array(), unordered)
	case want.Kind() == tag.ObjectKind:
		return sameObject(want.Object(), got.Object(), unordered)
	default:
		return want.Equal(got.WithQuality(want.Quality()))
	}
}

func isNothing(v tag.Value) bool { return v.IsNull() }

func sameArray(want, got []tag.Value, unordered bool) bool {
	if len(want) != len(got) {
		return false
	}
	left := slices.Clone(got)
	for _, w := range want {
		at := 0
		if unordered {
			at = slices.IndexFunc(left, func(g tag.Value) bool { return same(w, g, true) })
		}
		if at < 0 || !same(w, left[at], unordered) {
			return false
		}
		left = slices.Delete(left, at, at+1)
	}
	return true
}

func sameObject(want, got *tag.Object, unordered bool) bool {
	for _, pair := range [][2]*tag.Object{{want, got}, {got, want}} {
		for i := range pair[0].Len() {
			name, v := pair[0].At(i)
			w, _ := pair[1].Lookup(name)
			if !same(v, w, unordered) {
				return false
			}
		}
	}
	return true
}

// text shows a value to a person.
func text(v tag.Value) string { return string(tag.AppendJSON(nil, v)) }
