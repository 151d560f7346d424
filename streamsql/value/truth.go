package value

import (
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// Truth is SQL's logic of three values. The order False < Unknown < True makes
// AND the minimum and OR the maximum.
type Truth int8

// The three truths. The zero Truth is Unknown.
const (
	False   Truth = -1
	Unknown Truth = 0
	True    Truth = 1
)

// TruthOf returns the truth of a value: NULL is Unknown, a number is True
// unless it is zero, and text counts as the number that it begins with.
func TruthOf(v tag.Value) Truth {
	switch {
	case v.IsNull():
		return Unknown
	case v.Kind() == tag.Bool || v.Kind() == tag.Int:
		i, _ := v.Int()
		return Is(i != 0)
	}
	f, _ := Number(v).Float()
	return Is(f != 0 && !math.IsNaN(f))
}

// Is returns True or False.
func Is(b bool) Truth {
	if b {
		return True
	}
	return False
}

// Not returns the opposite; that of Unknown is Unknown.
func (t Truth) Not() Truth { return -t }

// And returns True where both are, False where either is.
func (t Truth) And(u Truth) Truth { return min(t, u) }

// Or returns True where either is, False where both are.
func (t Truth) Or(u Truth) Truth { return max(t, u) }

// Value returns the truth as a Bool, or NULL for Unknown.
func (t Truth) Value() tag.Value {
	if t == Unknown {
		return tag.NullOf(tag.Good)
	}
	return tag.BoolOf(t == True)
}
