package lookup

import (
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// Bounds say which rows a table of appended rows keeps. The oldest go first.
type Bounds struct {
	Rows int           // at most
	Age  time.Duration // since they came; 0: any
}

// Appended is the last rows of a stream, in the order in which they came. It may
// be used concurrently.
//
// Beside its bounds it keeps at most MaxFile bytes of values and MaxColumns
// columns. What goes for that reason, or for the number of rows, is counted.
type Appended struct {
	bounds Bounds

	mu      sync.Mutex
	schema  *tag.Schema // the columns that were met
	rows    []appended
	first   uint64 // the number of rows[0]; the next one has the next number
	bytes   int
	pushed  uint64 // rows that went for others
	left    uint64 // columns left out, by batch
	indexes map[string]*rowIndex
	all     *tag.Batch // nil: to be made anew
	buffer  []byte

	last  *tag.Schema // of the batch that came last
	slots []int       // for each of its columns, where it stands in schema; -1: nowhere
}

// appended is one row.
type appended struct {
	came   int64 // ns since the Unix epoch
	at     int64 // source time
	values []tag.Value
	times  []int64 // of the values; nil: all of at
	size   int
}

// NewAppended returns a table without rows. name is that of its schema.
func NewAppended(name string, b Bounds) *Appended {
	schema, err := tag.NewSchema(tag.StreamID{}, name)
	if err != nil {
		panic(err) // it has no columns
	}
	return &Appended{bounds: b, schema: schema, indexes: map[string]*rowIndex{}}
}

// Put takes rows in that came now.
func (t *Appended) Put(now int64, b *tag.Batch) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(now, b)
	t.expire(now)
}

func (t *Appended) put(now int64, b *tag.Batch) {
	if b.Schema() != t.last {
		t.learn(b.Schema())
	}
	for i := range b.Len() {
		row := appended{came: now, at: b.Time(i), values: make([]tag.Value, t.schema.Len())}
		if b.HasValueTimes() {
			row.times = make([]int64, t.schema.Len())
		}
		for slot, v := range b.Row(i) {
			if to := t.slots[slot]; to >= 0 {
				row.values[to] = v.Clone()
				if row.times != nil {
					row.times[to] = b.ValueTime(i, slot)
				}
			}
		}
		t.push(row)
	}
}

// learn adds the columns of a schema, as many as there may be.
func (t *Appended) learn(s *tag.Schema) {
	var fields []tag.Field
	t.last, t.slots = s, make([]int, s.Len())
	for slot, f := range s.Fields() {
		to, known := t.schema.Slot(f.Name)
		if !known {
			if to = t.schema.Len() + len(fields); to >= MaxColumns {
				t.slots[slot] = -1
				t.left++
				continue
			}
			fields = append(fields, tag.Field{Name: f.Name})
		}
		t.slots[slot] = to
	}
	if len(fields) > 0 {
		t.extend(fields)
	}
}

func (t *Appended) extend(fields []tag.Field) {
	schema, err := t.schema.Extend(fields...)
	if err != nil {
		panic(err) // the names are of a schema, and new
	}
	t.schema, t.all = schema, nil
	clear(t.indexes) // a column may be there now
}

// push appends a row, and lets the oldest go for it.
func (t *Appended) push(row appended) {
	t.buffer = state.AppendValues(t.buffer[:0], row.values)
	row.size = len(t.buffer)
	t.rows, t.bytes, t.all = append(t.rows, row), t.bytes+row.size, nil
	for _, x := range t.indexes {
		x.add(t.first+uint64(len(t.rows)-1), row.values)
	}
	for len(t.rows) > 1 && (len(t.rows) > t.bounds.Rows || t.bytes > MaxFile) {
		t.shift()
		t.pushed++
	}
}

// shift lets the oldest row go.
func (t *Appended) shift() {
	for _, x := range t.indexes {
		x.shift(t.first, t.rows[0].values)
	}
	t.bytes -= t.rows[0].size
	t.rows[0] = appended{}
	t.rows, t.all = t.rows[1:], nil
	t.first++
}

func (t *Appended) expire(now int64) {
	for t.bounds.Age > 0 && len(t.rows) > 0 && now-t.rows[0].came > int64(t.bounds.Age) {
		t.shift()
	}
}

// Lookup is Table's, by any columns; by none it answers with all rows. It has no
// errors.
func (t *Appended) Lookup(now int64, columns []string, values []tag.Value) (*tag.Batch, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(now)
	if len(columns) == 0 {
		return t.whole(), nil
	}
	x := t.index(columns)
	t.buffer = appendKey(t.buffer[:0], values)
	numbers := x.byKey[string(t.buffer)]
	if len(numbers) == 0 {
		return nil, nil
	}
	b := tag.NewBuilder(t.schema, len(numbers))
	for _, n := range numbers {
		t.rows[n-t.first].into(b)
	}
	return b.Batch(), nil
}

// whole returns all rows, nil for none.
func (t *Appended) whole() *tag.Batch {
	if t.all == nil && len(t.rows) > 0 {
		b := tag.NewBuilder(t.schema, len(t.rows))
		for i := range t.rows {
			t.rows[i].into(b)
		}
		t.all = b.Batch()
	}
	return t.all
}

// into adds the row to a builder. Rows from before a column came are shorter.
func (r *appended) into(b *tag.Builder) {
	copy(b.Row(r.at), r.values)
	for slot, at := range r.times {
		if at != 0 {
			b.Stamp(slot, at)
		}
	}
}

// Len returns the number of rows.
func (t *Appended) Len() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.rows)
}

// Pushed returns how many rows went for others, not because of their age.
func (t *Appended) Pushed() uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pushed
}

// Page returns rows from a place on, the oldest first, at most so many.
func (t *Appended) Page(now int64, from, limit int) []*tag.Batch {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire(now)
	return cut(t.whole(), from, limit)
}
