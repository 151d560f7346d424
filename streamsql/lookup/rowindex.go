package lookup

import (
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// rowIndex finds the numbers of rows by the values of columns.
type rowIndex struct {
	slots  []int
	known  bool // every column is there; else nothing is found
	byKey  map[string][]uint64
	buffer []byte
}

// mostIndexes bounds how many there are: one for each set of columns that joins
// compare.
const mostIndexes = 16

// index returns the index over columns, which is made with the first question.
func (t *Appended) index(columns []string) *rowIndex {
	name := strings.ToLower(strings.Join(columns, "\x00"))
	if x := t.indexes[name]; x != nil {
		return x
	}
	if len(t.indexes) >= mostIndexes {
		clear(t.indexes)
	}
	x := &rowIndex{byKey: map[string][]uint64{}}
	x.slots, x.known = findAll(t.schema, columns)
	for i := range t.rows {
		x.add(t.first+uint64(i), t.rows[i].values)
	}
	t.indexes[name] = x
	return x
}

// add takes in a row, whose number is higher than those before.
func (x *rowIndex) add(number uint64, values []tag.Value) {
	if x.key(values) {
		x.byKey[string(x.buffer)] = append(x.byKey[string(x.buffer)], number)
	}
}

// shift lets the row of the lowest number go.
func (x *rowIndex) shift(number uint64, values []tag.Value) {
	if !x.key(values) {
		return
	}
	numbers := x.byKey[string(x.buffer)]
	if len(numbers) > 1 {
		x.byKey[string(x.buffer)] = numbers[1:]
	} else if len(numbers) == 1 && numbers[0] == number {
		delete(x.byKey, string(x.buffer))
	}
}

// key makes the key of a row, and reports false where it has none: a column is
// missing, or one of its values is NULL.
func (x *rowIndex) key(values []tag.Value) (ok bool) {
	for _, slot := range x.slots {
		if slot >= len(values) {
			return false // from before the column came
		}
	}
	if x.known {
		x.buffer, ok = appendRowKey(x.buffer[:0], values, x.slots)
	}
	return ok
}
