package opcua

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// converted returns a value in the type, or BadTypeMismatch or BadOutOfRange where something would be lost.
func (b *builtin) converted(v tag.Value) tag.Value {
	if v.IsNull() {
		return v
	}
	switch {
	case b.whole:
		return b.wholeOf(v)
	case b.isFloat:
		if f, ok := v.Float(); ok && v.Kind() != tag.Bool {
			return tag.FloatOf(f).WithQuality(v.Quality())
		}
	case b.id == ua.TypeIDBoolean:
		if on, err := truth(v); err == nil {
			return tag.BoolOf(on).WithQuality(v.Quality())
		}
	case v.Kind() == b.kind():
		return v
	}
	return tag.NullOf(tag.BadTypeMismatch)
}

// wholeOf returns a whole number within the type's range.
func (b *builtin) wholeOf(v tag.Value) tag.Value {
	if f, ok := v.Float(); ok && v.Kind() == tag.Float {
		const beyond = 1 << 63
		if f != math.Trunc(f) || f < -beyond || f >= 2*beyond {
			return tag.NullOf(tag.BadTypeMismatch)
		}
		if quality := v.Quality(); f < beyond {
			v = tag.IntOf(int64(f)).WithQuality(quality)
		} else {
			v = tag.UintOf(uint64(f)).WithQuality(quality)
		}
	}
	if !v.Kind().IsNumber() {
		return tag.NullOf(tag.BadTypeMismatch)
	}
	if !b.fits(v) {
		return tag.NullOf(tag.BadOutOfRange)
	}
	return v
}

// fits reports whether a whole number is within the type's range.
func (b *builtin) fits(v tag.Value) bool {
	if u, ok := v.Uint(); ok {
		return u <= b.high
	}
	i, ok := v.Int()
	return ok && i >= b.low
}

// kind returns the kind of tag that values of the type are.
func (b *builtin) kind() tag.Kind {
	switch {
	case b.whole:
		return tag.Int
	case b.isFloat:
		return tag.Float
	}
	switch b.id {
	case ua.TypeIDBoolean:
		return tag.Bool
	case ua.TypeIDDateTime:
		return tag.Time
	case ua.TypeIDByteString:
		return tag.Bytes
	default:
		return tag.String
	}
}

// variant returns a value as the server is to have it: in the type, scaled back; an array where v is one.
func (b *builtin) variant(v tag.Value, scaling scale.Scaling) (*ua.Variant, error) {
	if v.Kind() != tag.Array {
		one, err := b.native(v, scaling)
		if err != nil {
			return nil, err
		}
		return ua.NewVariant(one)
	}
	if b.id == ua.TypeIDByteString {
		return nil, errors.New("arrays of bytes cannot be written") // the library leaves the bytes out
	}
	list := reflect.MakeSlice(b.list(), 0, len(v.Array()))
	for i, element := range v.Array() {
		one, err := b.native(element, scaling)
		if err != nil {
			return nil, fmt.Errorf("value %d: %w", i+1, err)
		}
		list = reflect.Append(list, reflect.ValueOf(one))
	}
	return ua.NewVariant(list.Interface())
}

// list returns the type of the library's arrays; octets in a row would be a ByteString.
func (b *builtin) list() reflect.Type {
	if b.id == ua.TypeIDByte {
		return reflect.TypeFor[ua.ByteArray]()
	}
	return reflect.SliceOf(b.goes)
}

// native returns one value as the library has it.
func (b *builtin) native(v tag.Value, scaling scale.Scaling) (any, error) {
	if v.IsNull() {
		return nil, errors.New("there is no value to write")
	}
	if b.isNumber() {
		return b.number(v, scaling)
	}
	switch b.id {
	case ua.TypeIDBoolean:
		return truth(v)
	case ua.TypeIDDateTime:
		return instant(v)
	case ua.TypeIDByteString:
		if v.Kind() != tag.Bytes {
			return nil, errors.New("want bytes")
		}
		return append([]byte{}, v.Bytes()...), nil
	default:
		return b.textual(v)
	}
}

// number returns a number, scaled back, in the type.
func (b *builtin) number(v tag.Value, scaling scale.Scaling) (any, error) {
	raw, err := inverted(v, scaling, b.whole)
	if err != nil {
		return nil, err
	}
	if b.whole {
		return b.integer(raw)
	}
	f, _ := raw.Float()
	if b.id == ua.TypeIDFloat && math.IsInf(float64(float32(f)), 0) {
		return nil, fmt.Errorf("%v does not fit a float32", f)
	}
	return reflect.ValueOf(f).Convert(b.goes).Interface(), nil
}

// inverted returns the raw number of a value; without scaling the same one.
func inverted(v tag.Value, scaling scale.Scaling, whole bool) (tag.Value, error) {
	if scaling == nil {
		var err error
		if scaling, err = scale.NewLinear(1, 0); err != nil {
			return v, err
		}
	}
	return scaling.Invert(v, whole)
}

// integer returns a whole number within the type's range.
func (b *builtin) integer(raw tag.Value) (any, error) {
	if !b.fits(raw) {
		return nil, fmt.Errorf("%s does not fit %s: want %d to %d", tag.AppendJSON(nil, raw), b.name, b.low, b.high)
	}
	if u, ok := raw.Uint(); ok {
		return reflect.ValueOf(u).Convert(b.goes).Interface(), nil
	}
	i, _ := raw.Int()
	return reflect.ValueOf(i).Convert(b.goes).Interface(), nil
}

// textual returns a text, a text of a language, or a GUID.
func (b *builtin) textual(v tag.Value) (any, error) {
	s := v.Str()
	switch {
	case v.Kind() != tag.String:
		return nil, errors.New("want a text")
	case !utf8.ValidString(s):
		return nil, errors.New("the text is not UTF-8")
	case b.id == ua.TypeIDLocalizedText:
		return ua.NewLocalizedText(s), nil
	case b.id == ua.TypeIDGUID:
		if guid := ua.NewGUID(s); guid != nil {
			return guid, nil
		}
		return nil, errors.New("want a GUID, as 72962B91-FA75-4AE6-8D28-B404DC7DAF63")
	default:
		return s, nil
	}
}

// instant returns a time, which may be written as RFC 3339 has it.
func instant(v tag.Value) (any, error) {
	if ns, ok := v.Nanos(); ok {
		return time.Unix(0, ns).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339Nano, v.Str())
	if err != nil {
		return nil, errors.New("want a time, as 2026-11-22T17:00:00Z")
	}
	return t.UTC(), nil
}

// truth returns a value as a bool: one, or the numbers 0 and 1.
func truth(v tag.Value) (bool, error) {
	if v.Kind() == tag.Bool {
		return v.Bool(), nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return f == 1, nil
	}
	return false, errors.New("want true, false, 0 or 1")
}
