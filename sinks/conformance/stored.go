package conformance

import (
	"fmt"
	"testing"
)

// Stored reads a row as a far end keeps it that asks in columns: hf_seq, temperature, humidity, hf_quality. A humidity that is
// NULL has to have a quality that says why, and no other has one.
func Stored(t testing.TB, stream string, row []any) Record {
	t.Helper()
	one := Record{Stream: stream, Sequence: Count(t, row[0])}
	var is bool
	if one.Temperature, is = row[1].(float64); !is {
		t.Errorf("%s %d: temperature is a %T", stream, one.Sequence, row[1])
	}
	if row[2] != nil {
		one.Humidity = fmt.Sprint(row[2])
	}
	if (row[3] != nil) != (row[2] == nil) {
		t.Errorf("%s %d: humidity %v has quality %v", stream, one.Sequence, row[2], row[3])
	}
	return one
}

// Count reads a number of a record, as clients of far ends have it.
func Count(t testing.TB, value any) uint64 {
	t.Helper()
	switch n := value.(type) {
	case int64:
		return uint64(n)
	case float64: // JSON
		return uint64(n)
	}
	t.Fatalf("a count is a %T", value)
	return 0
}
