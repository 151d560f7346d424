package fn

import (
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Type is a set of kinds that a parameter takes or a result has. What a row
// brings is of any kind; a constant of the wrong one is found when the query is
// compiled.
type Type uint16

// The types. Number and Any are sets of several.
const (
	Bool Type = 1 << iota
	Int
	Float
	Text
	Bytes
	Time
	Array
	Object

	Number = Int | Float
	Any    = 1<<iota - 1
)

var typeNames = []string{"bool", "int", "float", "text", "bytes", "time", "array", "object"}

// String returns "any", "number", or the names of the types with "|" between.
func (t Type) String() string {
	switch t {
	case Any:
		return "any"
	case Number:
		return "number"
	}
	var names []string
	for i, name := range typeNames {
		if t&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

// Takes reports whether a value is of the type. NULL is of every type.
func (t Type) Takes(v tag.Value) bool { return v.IsNull() || t&TypeOf(v.Kind()) != 0 }

// TypeOf returns the type of values of a kind, and Any where the kind varies.
func TypeOf(k tag.Kind) Type {
	switch k {
	case tag.Bool:
		return Bool
	case tag.Int, tag.Uint:
		return Int
	case tag.Float:
		return Float
	case tag.String:
		return Text
	case tag.Bytes:
		return Bytes
	case tag.Time:
		return Time
	case tag.Array:
		return Array
	case tag.ObjectKind:
		return Object
	default:
		return Any
	}
}

// Kind returns the kind that all values of the type have, and Absent where it
// is a set of several.
func (t Type) Kind() tag.Kind {
	for k := tag.Bool; k <= tag.ObjectKind; k++ {
		if TypeOf(k) == t {
			return k
		}
	}
	return tag.Absent
}
