package tag

import "fmt"

// Kind is the type of a Value.
type Kind uint8

// The kinds. Absent is the zero Kind: a field that a row does not carry, which
// is not the same as a field that the source gave as null.
const (
	Absent     Kind = iota // not in this row
	Null                   // in this row, without a value
	Bool                   // true or false
	Int                    // signed 64-bit integer
	Uint                   // unsigned 64-bit integer above the range of Int
	Float                  // IEEE 754 binary64
	String                 // UTF-8 text
	Bytes                  // octets
	Time                   // nanoseconds since the Unix epoch, UTC
	Array                  // ordered values
	ObjectKind             // ordered name–value pairs; see Object
	kindCount
)

var kindNames = [kindCount]string{
	"absent", "null", "bool", "int", "uint", "float", "string", "bytes", "time", "array", "object",
}

// String returns the name of the kind as configurations and schemas write it.
func (k Kind) String() string {
	if k < kindCount {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind is the inverse of Kind.String.
func ParseKind(name string) (Kind, error) {
	for k, n := range kindNames {
		if n == name {
			return Kind(k), nil
		}
	}
	return Absent, fmt.Errorf("kind %q: want bool, int, uint, float, string, bytes, time, array or object", name)
}

// IsNumber reports whether values of the kind take part in arithmetic.
func (k Kind) IsNumber() bool { return k == Int || k == Uint || k == Float }
