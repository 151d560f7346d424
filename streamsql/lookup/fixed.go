package lookup

import (
	"strings"
	"sync"

	"github.com/holdfast-edge/holdfast/tag"
)

// Fixed is a table of rows that do not change. An index over the columns that it
// is asked for is made with the first question. It may be used concurrently.
type Fixed struct {
	rows    *tag.Batch // nil: none
	mu      sync.Mutex
	indexes map[string]map[string]*tag.Batch // by the names of the columns, by key
}

// NewFixed returns a table of the rows of a batch; nil for none.
func NewFixed(rows *tag.Batch) *Fixed {
	return &Fixed{rows: rows, indexes: make(map[string]map[string]*tag.Batch)}
}

// Len returns the number of rows.
func (t *Fixed) Len() int {
	if t.rows == nil {
		return 0
	}
	return t.rows.Len()
}

// Rows returns the rows, nil for none.
func (t *Fixed) Rows() *tag.Batch { return t.rows }

// Lookup is Table's. It has no errors.
func (t *Fixed) Lookup(_ int64, columns []string, values []tag.Value) (*tag.Batch, error) {
	if t.rows == nil {
		return nil, nil
	}
	return t.index(columns)[string(appendKey(nil, values))], nil
}

// index returns the rows by the key of the columns.
func (t *Fixed) index(columns []string) map[string]*tag.Batch {
	name := strings.ToLower(strings.Join(columns, "\x00"))
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.indexes[name]
	if !ok {
		found = t.build(columns)
		t.indexes[name] = found
	}
	return found
}

func (t *Fixed) build(columns []string) map[string]*tag.Batch {
	slots, ok := findAll(t.rows.Schema(), columns)
	if !ok {
		return nil
	}
	builders := make(map[string]*tag.Builder)
	var key []byte
	for i := range t.rows.Len() {
		if key, ok = appendRowKey(key[:0], t.rows.Row(i), slots); !ok {
			continue
		}
		b := builders[string(key)]
		if b == nil {
			b = tag.NewBuilder(t.rows.Schema(), 1)
			builders[string(key)] = b
		}
		copy(b.Row(t.rows.Time(i)), t.rows.Row(i))
	}
	index := make(map[string]*tag.Batch, len(builders))
	for key, b := range builders {
		index[key] = b.Batch()
	}
	return index
}
