package cip

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// Type is the code of a type, as requests and replies of tags carry it (Vol. 1 §C-6.1).
type Type uint16

// The types of single values.
const (
	BOOL   Type = 0xC1
	SINT   Type = 0xC2
	INT    Type = 0xC3
	DINT   Type = 0xC4
	LINT   Type = 0xC5
	USINT  Type = 0xC6
	UINT   Type = 0xC7
	UDINT  Type = 0xC8
	ULINT  Type = 0xC9
	REAL   Type = 0xCA
	LREAL  Type = 0xCB
	BYTE   Type = 0xD1
	WORD   Type = 0xD2
	DWORD  Type = 0xD3 // in Logix, 32 elements of an array of BOOL
	LWORD  Type = 0xD4
	STRING Type = 0xDA // short: a length octet and characters, as Micro800 has it; Logix' is a structure

	Structure Type = 0x02A0 // its handle stands behind it
)

// LogixString is the handle of the structure STRING of Logix, and its size: LEN, 82 characters, two octets to fill up.
const (
	LogixString     = 0x0FCE
	LogixStringSize = 4 + 82 + 2
)

// types are the properties of the types whose values are numbers or bits.
var types = []struct {
	code     Type
	name     string
	size     int
	integer  bool // with the bounds
	unsigned bool
}{
	{code: BOOL, name: "bool", size: 1},
	{SINT, "sint", 1, true, false},
	{INT, "int", 2, true, false},
	{DINT, "dint", 4, true, false},
	{LINT, "lint", 8, true, false},
	{USINT, "usint", 1, true, true},
	{UINT, "uint", 2, true, true},
	{UDINT, "udint", 4, true, true},
	{ULINT, "ulint", 8, true, true},
	{code: REAL, name: "real", size: 4},
	{code: LREAL, name: "lreal", size: 8},
	{BYTE, "byte", 1, true, true},
	{WORD, "word", 2, true, true},
	{DWORD, "dword", 4, true, true},
	{LWORD, "lword", 8, true, true},
}

// TypeNamed returns the type with a name as the configuration writes it; 0 where there is none.
func TypeNamed(name string) Type {
	if name == "string" {
		return STRING
	}
	for _, t := range types {
		if t.name == name {
			return t.code
		}
	}
	return 0
}

// String returns the name of the type as the configuration writes it.
func (t Type) String() string {
	switch t {
	case STRING:
		return "string"
	case Structure:
		return "structure"
	}
	for _, known := range types {
		if known.code == t {
			return known.name
		}
	}
	return fmt.Sprintf("type 0x%04X", uint16(t))
}

// Size returns the octets of one value; 0 where that is not fixed, or the type not known.
func (t Type) Size() int {
	for _, known := range types {
		if known.code == t {
			return known.size
		}
	}
	return 0
}

// IsInteger reports whether values are whole numbers, whose bits can be had, and whether they are unsigned.
func (t Type) IsInteger() (unsigned, integer bool) {
	for _, known := range types {
		if known.code == t {
			return known.unsigned, known.integer
		}
	}
	return false, false
}

// Bits returns the octets of an integer, which must be as many as its size.
func (t Type) Bits(b []byte) uint64 {
	var wide [8]byte
	copy(wide[:], b[:t.Size()])
	return binary.LittleEndian.Uint64(wide[:])
}

// Value returns one value from its octets, which must be as many as its size.
func (t Type) Value(b []byte) tag.Value {
	n := t.Bits(b)
	switch t {
	case BOOL:
		return tag.BoolOf(b[0] != 0)
	case REAL:
		return scale.Checked(scale.Shortest(math.Float32frombits(uint32(n))))
	case LREAL:
		return scale.Checked(math.Float64frombits(n))
	}
	if unsigned, _ := t.IsInteger(); unsigned {
		return tag.UintOf(n)
	}
	shift := 64 - 8*t.Size()
	return tag.IntOf(int64(n) << shift >> shift)
}

// Append appends the octets of a number or a bool, or says why it does not fit.
func (t Type) Append(dst []byte, v tag.Value) ([]byte, error) {
	switch t {
	case BOOL:
		on, err := Truth(v)
		if err != nil || !on {
			return append(dst, 0), err
		}
		return append(dst, 1), nil // Logix takes any, and says 1 or 255
	case REAL:
		f, ok := v.Float()
		if single := float32(f); !ok || math.IsInf(float64(single), 0) || f != f {
			return dst, fmt.Errorf("want a number that fits real")
		}
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(float32(f))), nil
	case LREAL:
		f, ok := v.Float()
		if !ok || math.IsInf(f, 0) || f != f {
			return dst, fmt.Errorf("want a number")
		}
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f)), nil
	}
	n, err := t.whole(v)
	if err != nil {
		return dst, err
	}
	var wide [8]byte
	binary.LittleEndian.PutUint64(wide[:], n)
	return append(dst, wide[:t.Size()]...), nil
}

// whole returns the bits of a whole number that fits.
func (t Type) whole(v tag.Value) (uint64, error) {
	unsigned, integer := t.IsInteger()
	if !integer {
		return 0, fmt.Errorf("%v cannot be written", t)
	}
	bits := uint(8 * t.Size())
	low, high := -int64(1)<<(bits-1), uint64(1)<<(bits-1)-1
	if unsigned {
		low, high = 0, math.MaxUint64>>(64-bits)
	}
	i, isInt := v.Int()
	u, isUint := v.Uint()
	if !isInt && !isUint || isInt && i < low || isUint && u > high {
		return 0, fmt.Errorf("%s does not fit %v: want a whole number from %d to %d", tag.AppendJSON(nil, v), t, low, high)
	}
	if isInt {
		return uint64(i), nil
	}
	return u, nil
}

// Truth returns a value as a bit: a bool, or the numbers 0 and 1.
func Truth(v tag.Value) (bool, error) {
	if v.Kind() == tag.Bool && !v.Quality().IsBad() {
		return v.Bool(), nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return f == 1, nil
	}
	return false, fmt.Errorf("want true, false, 0 or 1")
}
