package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ByteSize is a number of bytes, written 64KB, 1.5MiB or 512.
type ByteSize int64

// sizeUnits are what a size may be counted in, the larger first among those of one kind. KB, MB and GB are powers of
// ten, KiB, MiB and GiB powers of two (IEC 80000-13).
var sizeUnits = [...]struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30},
	{"MiB", 1 << 20},
	{"KiB", 1 << 10},
	{"GB", 1e9},
	{"MB", 1e6},
	{"KB", 1e3},
	{"kB", 1e3},
	{"B", 1},
	{"", 1},
}

// sizePattern is the form of a ByteSize for the schema.
const sizePattern = `^[0-9]+(\.[0-9]+)? ?(B|kB|KB|MB|GB|KiB|MiB|GiB)?$`

// UnmarshalText reads a size.
func (s *ByteSize) UnmarshalText(text []byte) error {
	for _, unit := range sizeUnits {
		digits, ok := strings.CutSuffix(string(text), unit.name)
		if !ok {
			continue
		}
		bytes, ok := countBytes(strings.TrimSuffix(digits, " "), unit.bytes)
		if !ok {
			break
		}
		*s = ByteSize(bytes)
		return nil
	}
	return &Problem{What: fmt.Sprintf("%.60q is not a size", text), Fix: "want a number and a unit, as 64KB, 64MiB or 2GB"}
}

// countBytes multiplies digits by a unit; ok is false where they are no number, or more bytes than can be counted.
func countBytes(digits string, unit int64) (bytes int64, ok bool) {
	if digits == "" || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || n*float64(unit) >= math.MaxInt64 {
		return 0, false
	}
	if whole, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return whole * unit, true
	}
	return int64(math.Round(n * float64(unit))), true
}

// MarshalText writes the size as String does.
func (s ByteSize) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// String writes the size in the unit that it is the smallest whole number of.
func (s ByteSize) String() string {
	number, name := int64(s), "B"
	for _, unit := range sizeUnits {
		if n := int64(s) / unit.bytes; int64(s)%unit.bytes == 0 && n < number {
			number, name = n, unit.name
		}
	}
	return strconv.FormatInt(number, 10) + name
}

// DescribeText names the type for reference, schema and forms.
func (ByteSize) DescribeText() (name, pattern string, secret bool) { return "size", sizePattern, false }
