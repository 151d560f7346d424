package iec61850

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// form is what a tag's type names.
type form struct {
	name string
	typ  mms.Type
}

// dbposBits is how many bits a double point has: 0 between, 1 off, 2 on, 3 bad (IEC 61850-7-3 §6.2.3).
const dbposBits = 2

// textLength is how long a text is at most.
const textLength = 255

func forms() []form {
	return []form{
		{"bool", mms.Type{Kind: mms.Boolean}},
		{"int8", mms.Type{Kind: mms.Integer, Size: 8}},
		{"int16", mms.Type{Kind: mms.Integer, Size: 16}},
		{"int32", mms.Type{Kind: mms.Integer, Size: 32}},
		{"int64", mms.Type{Kind: mms.Integer, Size: 64}},
		{"uint8", mms.Type{Kind: mms.Unsigned, Size: 8}},
		{"uint16", mms.Type{Kind: mms.Unsigned, Size: 16}},
		{"uint32", mms.Type{Kind: mms.Unsigned, Size: 32}},
		{"float32", mms.Type{Kind: mms.Float, Size: 32}},
		{"float64", mms.Type{Kind: mms.Float, Size: 64}},
		{"dbpos", mms.Type{Kind: mms.BitString, Size: dbposBits}},
		{"bits", mms.Type{Kind: mms.BitString}},
		{"string", mms.Type{Kind: mms.Visible, Size: -textLength}},
		{"bytes", mms.Type{Kind: mms.Octets, Size: -textLength}},
		{"time", mms.Type{Kind: mms.UTCTime}},
	}
}

func formNamed(name string) (form, bool) {
	for _, f := range forms() {
		if f.name == name {
			return f, true
		}
	}
	return form{}, false
}

// typeName returns how a tag's type is configured for what a device has.
func typeName(t *mms.Type) string {
	for _, f := range forms() {
		if f.typ.Kind == t.Kind && (f.typ.Size == t.Size || f.typ.Size < 0 || f.name == "bits") {
			return f.name
		}
	}
	switch t.Kind {
	case mms.Text:
		return "string"
	case mms.BinaryTime:
		return "time"
	case mms.Unsigned:
		return "uint32"
	default:
		return ""
	}
}

func (f form) isNumber() bool { return f.isWhole() || f.typ.Kind == mms.Float }

func (f form) isWhole() bool { return f.typ.Kind == mms.Integer || f.typ.Kind == mms.Unsigned }

// fits reports whether a value is of the form's kind. Widths need not be the same.
func (f form) fits(d mms.Data) bool {
	switch f.typ.Kind {
	case mms.Integer, mms.Unsigned:
		return d.Kind == mms.Integer || d.Kind == mms.Unsigned
	case mms.Visible:
		return d.Kind == mms.Visible || d.Kind == mms.Text
	case mms.UTCTime:
		return d.Kind == mms.UTCTime || d.Kind == mms.BinaryTime
	case mms.BitString:
		return d.Kind == mms.BitString && (f.typ.Size == 0 || f.typ.Size == d.Size)
	default:
		return f.typ.Kind == d.Kind
	}
}

// maxBits is how many bits of a bit string a number can have.
const maxBits = 64

// valueOf returns a value of a device, without scaling. Its memory is its own.
func valueOf(d mms.Data) tag.Value {
	switch d.Kind {
	case mms.Failure:
		return tag.NullOf(refusedQuality(mms.AccessError(d.Int)))
	case mms.Boolean:
		return tag.BoolOf(d.Int != 0)
	case mms.Integer, mms.Unsigned:
		return tag.IntOf(d.Int)
	case mms.Float:
		if d.Size == 64 {
			return scale.Checked(d.Float)
		}
		return scale.Checked(scale.Shortest(float32(d.Float)))
	case mms.BitString:
		return bitsOf(d)
	case mms.Visible, mms.Text:
		return tag.StringOf(strings.ToValidUTF8(string(d.Octets), "\uFFFD"))
	case mms.UTCTime, mms.BinaryTime:
		if at, _, ok := d.Time(); ok {
			return tag.TimeOf(at)
		}
		return tag.NullOf(tag.BadDecoding)
	case mms.Octets:
		return tag.BytesOf(append([]byte(nil), d.Octets...))
	default:
		return tag.NullOf(tag.BadTypeMismatch) // a structure is no value
	}
}

// bitsOf returns a double point as its number, and a longer bit string as a number whose lowest bit is the string's first.
func bitsOf(d mms.Data) tag.Value {
	if d.Size > maxBits {
		return tag.BytesOf(append([]byte(nil), d.Octets...))
	}
	var n uint64
	for i := range d.Size {
		switch {
		case !d.Bit(i):
		case d.Size == dbposBits:
			n |= 1 << (dbposBits - 1 - i)
		default:
			n |= 1 << i
		}
	}
	return tag.UintOf(n)
}

// dataOf returns a value as a device takes it.
func dataOf(v tag.Value, t mms.Type) (d mms.Data, err error) {
	switch t.Kind {
	case mms.Boolean:
		on, err := bit(v)
		return mms.BoolOf(on), err
	case mms.Integer:
		low := math.Ldexp(-1, t.Size-1)
		n, err := whole(v, low, -low)
		return mms.IntOf(n), err
	case mms.Unsigned:
		n, err := whole(v, 0, math.Ldexp(1, min(t.Size, 63)))
		return mms.UintOf(n), err
	case mms.Float:
		return floating(v, t.Size)
	case mms.BitString:
		return bitString(v, t.Size)
	case mms.Visible, mms.Text:
		if v.Kind() != tag.String || len(v.Str()) > textLength {
			return d, errors.New("want a text")
		}
		return mms.Data{Kind: t.Kind, Octets: []byte(v.Str())}, nil
	case mms.Octets:
		if v.Kind() != tag.Bytes {
			return d, errors.New("want octets")
		}
		return mms.OctetsOf(v.Bytes()), nil
	case mms.UTCTime:
		ns, ok := v.Nanos()
		if !ok {
			return d, errors.New("want a time")
		}
		return mms.UTCOf(time.Unix(0, ns), mms.AccuracyUnstated), nil
	default:
		return d, fmt.Errorf("what is a %v cannot be written", t.Kind)
	}
}

// bit returns a value as true or false.
func bit(v tag.Value) (bool, error) {
	if v.Kind() == tag.Bool {
		return v.Bool(), nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return f == 1, nil
	}
	return false, errors.New("want true, false, 0 or 1")
}

// whole returns a value as a whole number from low to below beyond.
func whole(v tag.Value, low, beyond float64) (int64, error) {
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool || f != math.Trunc(f) || f < low || f >= beyond {
		return 0, fmt.Errorf("want a whole number from %.0f to below %.0f", low, beyond)
	}
	if n, ok := v.Int(); ok {
		return n, nil
	}
	return int64(f), nil
}

func floating(v tag.Value, size int) (mms.Data, error) {
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool || f-f != 0 {
		return mms.Data{}, errors.New("want a number")
	}
	if size != 64 && math.IsInf(float64(float32(f)), 0) {
		return mms.Data{}, fmt.Errorf("%v does not fit a float of 32 bits", f)
	}
	return mms.Data{Kind: mms.Float, Size: size, Float: f}, nil
}

// bitString returns a number as bits, the other way round than bitsOf.
func bitString(v tag.Value, size int) (mms.Data, error) {
	if size < 0 {
		size = -size
	}
	n, err := whole(v, 0, math.Ldexp(1, min(size, 63)))
	if err != nil {
		return mms.Data{}, err
	}
	var set []int
	for i := range size {
		at := i
		if size == dbposBits {
			at = dbposBits - 1 - i
		}
		if n&(1<<at) != 0 {
			set = append(set, i)
		}
	}
	return mms.BitsOf(size, set...), nil
}
