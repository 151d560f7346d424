package tag

import (
	"bytes"
	"math"
	"time"
	"unsafe"
)

// Value is one value of any kind together with its quality. It is three words
// long, holds no interface, and is immutable: what it points to is never
// changed after it was made. The zero Value is Absent and Good.
//
// A Value made by StringOf, BytesOf or ArrayOf refers to the caller's memory,
// which must not change afterwards.
type Value struct {
	num  uint64         // number, bool, time, or length of what ptr points to
	ptr  unsafe.Pointer // first byte, first element, or *Object
	kind Kind
	qual Quality
}

// NullOf returns a value that is present but empty, with the reason.
func NullOf(q Quality) Value { return Value{kind: Null, qual: q} }

// BoolOf returns a Bool.
func BoolOf(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.num = 1
	}
	return v
}

// IntOf returns an Int.
func IntOf(i int64) Value { return Value{kind: Int, num: uint64(i)} }

// UintOf returns an Int where the number fits one and a Uint otherwise, so
// that equal integers have equal kinds.
func UintOf(u uint64) Value {
	if u <= math.MaxInt64 {
		return Value{kind: Int, num: u}
	}
	return Value{kind: Uint, num: u}
}

// FloatOf returns a Float.
func FloatOf(f float64) Value { return Value{kind: Float, num: math.Float64bits(f)} }

// StringOf returns a String that shares s.
func StringOf(s string) Value {
	return Value{kind: String, num: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// BytesOf returns Bytes that share b.
func BytesOf(b []byte) Value {
	return Value{kind: Bytes, num: uint64(len(b)), ptr: unsafe.Pointer(unsafe.SliceData(b))}
}

// TimeOf returns a Time with the resolution of a nanosecond; years 1678 to 2262.
func TimeOf(t time.Time) Value { return NanosOf(t.UnixNano()) }

// NanosOf returns a Time from nanoseconds since the Unix epoch.
func NanosOf(ns int64) Value { return Value{kind: Time, num: uint64(ns)} }

// ArrayOf returns an Array that shares values.
func ArrayOf(values []Value) Value {
	return Value{kind: Array, num: uint64(len(values)), ptr: unsafe.Pointer(unsafe.SliceData(values))}
}

// ObjectOf returns an object value; a nil o gives Null.
func ObjectOf(o *Object) Value {
	if o == nil {
		return NullOf(Good)
	}
	return Value{kind: ObjectKind, ptr: unsafe.Pointer(o)}
}

// Kind returns the value's kind, whatever its quality.
func (v Value) Kind() Kind { return v.kind }

// Quality returns the value's quality.
func (v Value) Quality() Quality { return v.qual }

// WithQuality returns the same value with another quality.
func (v Value) WithQuality(q Quality) Value {
	v.qual = q
	return v
}

// IsNull reports whether the value evaluates as NULL: it is absent or null, or
// its quality is Bad. What a Bad value last held stays readable through Kind
// and the accessors, for people to look at.
func (v Value) IsNull() bool { return v.kind <= Null || v.qual.IsBad() }

// Bool returns the truth of a Bool and false for any other kind.
func (v Value) Bool() bool { return v.kind == Bool && v.num != 0 }

// Int returns an Int or a Bool as an integer and reports whether it was one.
func (v Value) Int() (int64, bool) {
	return int64(v.num), v.kind == Int || v.kind == Bool
}

// Uint returns a Uint, or an Int that is not negative.
func (v Value) Uint() (uint64, bool) {
	return v.num, v.kind == Uint || v.kind == Int && int64(v.num) >= 0
}

// Float returns any number or Bool as a float64, rounded to nearest where an
// integer has more than 53 bits.
func (v Value) Float() (float64, bool) {
	switch v.kind {
	case Float:
		return math.Float64frombits(v.num), true
	case Int, Bool:
		return float64(int64(v.num)), true
	case Uint:
		return float64(v.num), true
	default:
		return 0, false
	}
}

// Bits returns what a Bool, Int, Uint, Float or Time holds as 64 bits, those of
// a Float as IEEE 754 has them; 0 for any other kind.
func (v Value) Bits() uint64 {
	if v.kind >= Bool && v.kind <= Float || v.kind == Time {
		return v.num
	}
	return 0
}

// Str returns the text of a String and "" for any other kind.
func (v Value) Str() string {
	if v.kind != String {
		return ""
	}
	return unsafe.String((*byte)(v.ptr), int(v.num))
}

// Bytes returns the octets of a Bytes value, not to be changed, and nil for
// any other kind.
func (v Value) Bytes() []byte {
	if v.kind != Bytes {
		return nil
	}
	return unsafe.Slice((*byte)(v.ptr), int(v.num))
}

// Nanos returns a Time as nanoseconds since the Unix epoch.
func (v Value) Nanos() (int64, bool) { return int64(v.num), v.kind == Time }

// Array returns the elements of an Array, not to be changed, and nil for any
// other kind.
func (v Value) Array() []Value {
	if v.kind != Array {
		return nil
	}
	return unsafe.Slice((*Value)(v.ptr), int(v.num))
}

// Object returns the fields of an object and nil for any other kind.
func (v Value) Object() *Object {
	if v.kind != ObjectKind {
		return nil
	}
	return (*Object)(v.ptr)
}

// Equal reports whether both values have the same kind, content and quality.
// NaN equals NaN, so that an unchanged sample compares equal; what SQL makes
// of = is streamsql's affair.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind || v.qual != w.qual {
		return false
	}
	switch v.kind {
	case String:
		return v.Str() == w.Str()
	case Bytes:
		return bytes.Equal(v.Bytes(), w.Bytes())
	case Array:
		return equalValues(v.Array(), w.Array())
	case ObjectKind:
		return v.Object().Equal(w.Object())
	case Absent, Null:
		return true
	case Float:
		a, b := math.Float64frombits(v.num), math.Float64frombits(w.num)
		return a == b || a != a && b != b
	default:
		return v.num == w.num
	}
}

// Clone returns a value that shares no memory with v, for whoever keeps one
// value beyond its batch.
func (v Value) Clone() Value {
	c := v
	switch v.kind {
	case String:
		c = StringOf(string(append([]byte(nil), v.Str()...)))
	case Bytes:
		c = BytesOf(append([]byte(nil), v.Bytes()...))
	case Array:
		c = ArrayOf(cloneValues(v.Array()))
	case ObjectKind:
		c = ObjectOf(v.Object().clone())
	}
	return c.WithQuality(v.qual)
}

func equalValues(a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !a[i].Equal(b[i]) {
			return false
		}
	}
	return true
}

func cloneValues(values []Value) []Value {
	out := make([]Value, len(values))
	for i, v := range values {
		out[i] = v.Clone()
	}
	return out
}
