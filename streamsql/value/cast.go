package value

import (
	"math"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Affinity is the type that SQLite reads out of a type's name
// (datatype3.html §3.1).
type Affinity uint8

// The affinities. None is that of an expression and of a field of a stream:
// its values are compared as they are.
const (
	None Affinity = iota
	Blob
	Textual
	Numeric
	Integer
	Real
	Boolean // beyond SQLite: CAST(x AS BOOLEAN) makes a Bool
)

// AffinityOf returns the affinity of a type's name, by SQLite's rules.
func AffinityOf(typeName string) Affinity {
	name := strings.ToUpper(typeName)
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(name, part) {
				return true
			}
		}
		return false
	}
	switch {
	case has("INT"):
		return Integer
	case has("CHAR", "CLOB", "TEXT", "STRING"):
		return Textual
	case has("BLOB", "BYTE") || name == "":
		return Blob
	case has("REAL", "FLOA", "DOUB"):
		return Real
	case has("BOOL"):
		return Boolean
	default:
		return Numeric
	}
}

// IsNumeric reports whether a comparison with the affinity makes numbers of
// text.
func (a Affinity) IsNumeric() bool { return a == Numeric || a == Integer || a == Real }

// Cast is CAST(v AS …). It never fails: what cannot be read is 0 or "".
func Cast(v tag.Value, to Affinity) tag.Value {
	if v.IsNull() {
		return tag.NullOf(v.Quality())
	}
	switch to {
	case Integer:
		return castInteger(v).WithQuality(v.Quality())
	case Real:
		return tag.FloatOf(Float(v)).WithQuality(v.Quality())
	case Numeric:
		return castNumeric(v).WithQuality(v.Quality())
	case Textual:
		return tag.StringOf(Text(v)).WithQuality(v.Quality())
	case Blob:
		return castBlob(v).WithQuality(v.Quality())
	case Boolean:
		return TruthOf(v).Value().WithQuality(v.Quality())
	default:
		return v
	}
}

// castInteger reads text only as far as its digits go: '1e3' is 1.
func castInteger(v tag.Value) tag.Value {
	if v.Kind() != tag.String && v.Kind() != tag.Bytes {
		return tag.IntOf(Int(v))
	}
	text := Text(v)
	start := skipSpace(text, 0)
	end := start
	if end < len(text) && (text[end] == '-' || text[end] == '+') {
		end++
	}
	end = digits(text, end)
	n, _ := prefix(text[start:end])
	return tag.IntOf(Int(n))
}

// castNumeric makes text an Int where that says the same.
func castNumeric(v tag.Value) tag.Value {
	n := Number(v)
	if v.Kind() == tag.Float {
		return n
	}
	if f, ok := n.Float(); ok && n.Kind() == tag.Float && isWhole(f) {
		return tag.IntOf(int64(f))
	}
	return n
}

// isWhole reports whether a float is an integer that both types hold exactly.
func isWhole(f float64) bool {
	return f == math.Trunc(f) && math.Abs(f) < 1<<51
}

func castBlob(v tag.Value) tag.Value {
	if v.Kind() == tag.Bytes {
		return v
	}
	return tag.BytesOf([]byte(Text(v)))
}

// Apply converts a value for a comparison with one of the affinity: text that
// is a whole number becomes one, and for Textual a number becomes text.
func (a Affinity) Apply(v tag.Value) tag.Value {
	switch {
	case v.IsNull():
		return v
	case a.IsNumeric() && v.Kind() == tag.String:
		if n, whole := prefix(v.Str()); whole {
			return n.WithQuality(v.Quality())
		}
	case a == Textual && v.Kind() != tag.String && v.Kind() != tag.Bytes:
		return tag.StringOf(Text(v)).WithQuality(v.Quality())
	}
	return v
}
