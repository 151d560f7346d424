package spec

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/holdfast-edge/holdfast/config/document"
)

// bound is a parsed min or max: a number, or a duration or size in its own unit.
type bound struct {
	written string
	value   float64
}

// parseBounds reads min and max in the type of the field; those of a list or table bound its length.
func (f *Field) parseBounds() (err error) {
	if f.min, err = f.parseBound(f.Min); err != nil {
		return err
	}
	f.max, err = f.parseBound(f.Max)
	return err
}

func (f *Field) parseBound(written string) (*bound, error) {
	if written == "" {
		return nil, nil
	}
	t := f.Type
	into := reflect.New(t.goType)
	if t.pointer {
		into = reflect.New(t.goType.Elem())
	}
	if !t.Shape.scalar() || into.Elem().Kind() == reflect.String {
		value, err := parseNumber(written, 64)
		return &bound{written, value}, err
	}
	if err := readScalar(into.Elem(), plain(written), t); err != nil {
		return nil, fmt.Errorf("bound %q: %w", written, err)
	}
	value, ok := magnitude(into.Elem())
	if !ok {
		return nil, fmt.Errorf("bound %q: a %s has no bounds", written, t.Name)
	}
	return &bound{written, value}, nil
}

// magnitude is what bounds compare.
func magnitude(v reflect.Value) (float64, bool) {
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return float64(v.Len()), true
	default:
		return 0, false
	}
}

// check holds a decoded value against the field's bounds, enum and match.
func (f *Field) check(v reflect.Value, n *document.Node) error {
	if f.Type.pointer && v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if f.min == nil && f.max == nil && f.Enum == nil && f.Match == "" {
		return nil
	}
	if err := f.checkBounds(v, n); err != nil {
		return err
	}
	return f.checkWord(n)
}

// checkBounds holds the value, or the length, against min and max.
func (f *Field) checkBounds(v reflect.Value, n *document.Node) error {
	size, ok := magnitude(v)
	below, above := f.min != nil && size < f.min.value, f.max != nil && size > f.max.value
	if !ok || !below && !above {
		return nil
	}
	return &document.Problem{What: f.measured(v, n) + " is out of range", Fix: "want " + f.Bounds() + f.counted(v)}
}

// Bounds tells min and max as a person reads them; empty where there are none.
func (f *Field) Bounds() string {
	switch {
	case f.Min != "" && f.Max != "":
		return f.Min + " to " + f.Max
	case f.Max != "":
		return "at most " + f.Max
	case f.Min != "":
		return "at least " + f.Min
	default:
		return ""
	}
}

// measured tells what was held against the bounds.
func (f *Field) measured(v reflect.Value, n *document.Node) string {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return fmt.Sprintf("a length of %d", v.Len())
	case reflect.String:
		return fmt.Sprintf("a text of %d bytes", v.Len())
	default:
		return n.Text
	}
}

// counted tells what the bounds count, where it is not plain from the value.
func (f *Field) counted(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return " elements"
	case reflect.String:
		return " bytes"
	}
	if f.Unit != "" {
		return " " + f.Unit
	}
	return ""
}

// checkWord holds one word against enum and match.
func (f *Field) checkWord(n *document.Node) error {
	if !n.Scalar() {
		return nil
	}
	if f.Enum != nil && !slices.Contains(f.Enum, n.Text) {
		return &document.Problem{What: shorten(n.Text) + " is not one of the choices", Fix: document.DidYouMean(n.Text, f.Enum)}
	}
	if f.Match != "" {
		return Match(f.Match, n.Text)
	}
	return nil
}
