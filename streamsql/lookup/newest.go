package lookup

import (
	"container/list"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/holdfast-edge/holdfast/tag"
)

// Newest is the newest row of each key of a stream: of the one row that there is
// where the key has no columns. A row is newer when its source time is, and of
// equal times the one that came later. It may be used concurrently.
//
// A row that is more than tag.FarAhead ahead of the clock and of all rows before it
// is not taken, and counted: all others of its key would be older.
//
// It keeps a bounded number of keys: the one that was put longest ago is
// forgotten for one that is new, and counted.
type Newest struct {
	key   []string
	limit int

	mu        sync.Mutex
	rows      map[string]*list.Element // of *newest
	order     *list.List               // the one put longest ago first
	schema    *tag.Schema              // of the last batch, whose slots are
	slots     []int
	known     bool
	forgotten uint64
	latest    int64 // source time of all rows; math.MinInt64: there was none
	ahead     uint64
	buffer    []byte
}

type newest struct {
	key string
	row *tag.Batch
}

// NewNewest returns a table of the newest row for each value of the columns, of
// which it keeps at most limit.
func NewNewest(limit int, key ...string) *Newest {
	return &Newest{key: key, limit: limit, rows: make(map[string]*list.Element), order: list.New(), latest: math.MinInt64}
}

// Put takes rows in that came now, in nanoseconds since the Unix epoch. Those of which a key column is NULL or missing are passed
// over.
func (t *Newest) Put(now int64, b *tag.Batch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if b.Schema() != t.schema {
		t.schema = b.Schema()
		t.slots, t.known = findAll(t.schema, t.key)
	}
	for i := 0; t.known && i < b.Len(); i++ {
		if b.Time(i)-int64(tag.FarAhead) > max(now, t.latest) {
			t.ahead++
			continue
		}
		t.latest = max(t.latest, b.Time(i))
		var ok bool
		if t.buffer, ok = appendRowKey(t.buffer[:0], b.Row(i), t.slots); ok {
			t.put(string(t.buffer), b, i)
		}
	}
}

func (t *Newest) put(key string, b *tag.Batch, i int) {
	at, ok := t.rows[key]
	if ok && at.Value.(*newest).row.Time(0) > b.Time(i) {
		return
	}
	row := single(b, i)
	if ok {
		at.Value.(*newest).row = row
		t.order.MoveToBack(at)
		return
	}
	if len(t.rows) >= t.limit {
		oldest := t.order.Front()
		delete(t.rows, t.order.Remove(oldest).(*newest).key)
		t.forgotten++
	}
	t.rows[key] = t.order.PushBack(&newest{key, row})
}

// single copies one row, so that it does not keep its batch alive.
func single(b *tag.Batch, i int) *tag.Batch {
	builder := tag.NewBuilder(b.Schema(), 1)
	row := builder.Row(b.Time(i))
	for slot, v := range b.Row(i) {
		row[slot] = v.Clone()
		if b.HasValueTimes() {
			builder.Stamp(slot, b.ValueTime(i, slot))
		}
	}
	return builder.Derived(b.Origin(), b.Hops())
}

// Len returns the number of keys.
func (t *Newest) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.rows)
}

// Forgotten returns how many keys were forgotten for others.
func (t *Newest) Forgotten() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.forgotten
}

// Ahead returns how many rows were too far ahead of the clock to be taken.
func (t *Newest) Ahead() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ahead
}

// Lookup is Table's. It answers by the columns of the key, in any order, and
// refuses others.
func (t *Newest) Lookup(_ int64, columns []string, values []tag.Value) (*tag.Batch, error) {
	ordered, ok := t.inOrder(columns, values)
	if !ok {
		return nil, fmt.Errorf("look up by %s: the table is looked up by %s", strings.Join(columns, ", "), strings.Join(t.key, ", "))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.rows[string(appendKey(nil, ordered))]
	if !ok {
		return nil, nil
	}
	return at.Value.(*newest).row, nil
}

// inOrder returns the values in the order of the key.
func (t *Newest) inOrder(columns []string, values []tag.Value) ([]tag.Value, bool) {
	ordered := make([]tag.Value, len(t.key))
	for i, name := range t.key {
		at := slices.IndexFunc(columns, func(c string) bool { return strings.EqualFold(c, name) })
		if at < 0 {
			return nil, false
		}
		ordered[i] = values[at]
	}
	return ordered, len(columns) == len(t.key)
}
