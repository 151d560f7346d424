package lookup

import (
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// Table is asked for the rows that belong to a key.
type Table interface {
	// Lookup returns the rows whose columns equal the values, one by one, and nil
	// where there are none. Equal is what SQL's = says: 1 is 1.0 and is not '1'.
	// Names mean columns whatever their case; a column that the table does not
	// have equals nothing. No value is NULL. now is the time in nanoseconds since
	// the Unix epoch.
	//
	// It is called while a row is processed: an answer must not take long. An
	// error is one of the row in hand. Batches are immutable, and those of the
	// same columns have the same schema. It may be called concurrently.
	Lookup(now int64, columns []string, values []tag.Value) (*tag.Batch, error)
}

// find returns the slot of a column, the exact name before one in another case;
// -1 for none.
func find(s *tag.Schema, name string) int {
	if slot, ok := s.Slot(name); ok {
		return slot
	}
	for i := range s.Len() {
		if strings.EqualFold(s.Field(i).Name, name) {
			return i
		}
	}
	return -1
}

// findAll returns the slots of columns, and false where one of them is missing.
func findAll(s *tag.Schema, names []string) ([]int, bool) {
	slots := make([]int, len(names))
	for i, name := range names {
		if slots[i] = find(s, name); slots[i] < 0 {
			return nil, false
		}
	}
	return slots, true
}

// appendKey appends what is equal for equal values.
func appendKey(dst []byte, values []tag.Value) []byte {
	for _, v := range values {
		dst = value.AppendKey(dst, v)
	}
	return dst
}

// appendRowKey appends the key of a row, and reports false where one of its
// values is NULL, which equals nothing.
func appendRowKey(dst []byte, row []tag.Value, slots []int) ([]byte, bool) {
	for _, slot := range slots {
		if row[slot].IsNull() {
			return dst, false
		}
		dst = value.AppendKey(dst, row[slot])
	}
	return dst, true
}
