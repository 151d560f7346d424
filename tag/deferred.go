package tag

import "sync"

// Rest knows the values of rows that were not read yet. It may be used
// concurrently.
type Rest interface {
	// Values returns all values of all rows, in the order of the schema. It is
	// called once at most, and what it returns is kept.
	Values() []Value
	// Text returns the JSON object that says what row i says: compact but for
	// spaces, of the fields that the row carries, each once, all of them Good. It
	// returns nil where there is none.
	Text(row int) []byte
}

// deferred is the part of a batch's rows that is read when somebody asks for it.
// It is shared by everything that is cut from the batch.
type deferred struct {
	of     Rest
	width  int // of a row
	once   sync.Once
	values []Value
}

// Widened returns the rows of a batch as rows of a schema of which that of the
// batch is the beginning. The values behind it are those of a Rest, which are
// read when Row is called first.
func (b *Batch) Widened(schema *Schema, by Rest) *Batch {
	w := *b
	w.schema, w.ready, w.rest = schema, b.schema.Len(), &deferred{of: by, width: schema.Len()}
	return &w
}

// Ready returns how many values of each row need not be read first. It is the
// width of the schema but for batches of Widened and Select.
func (b *Batch) Ready() int {
	if b.rest == nil {
		return b.schema.Len()
	}
	return b.ready
}

// Front returns the values of row i that need not be read first, not to be
// changed.
func (b *Batch) Front(i int) []Value {
	if b.rest == nil {
		return b.Row(i)
	}
	return b.values[i*b.ready : (i+1)*b.ready : (i+1)*b.ready]
}

// Text returns the JSON object that row i was told as, nil where that is not
// known or says something else than the row does. It is immutable.
func (b *Batch) Text(i int) []byte {
	if b.rest == nil {
		return nil
	}
	return b.rest.of.Text(b.from + i)
}

// HasTexts reports whether rows may have a text.
func (b *Batch) HasTexts() bool { return b.rest != nil }

// Select returns some rows of the batch, by their places, as rows derived from
// them: of a schema that has the same fields, with one hop more. It keeps rows,
// and no value is read or copied until somebody asks for it. Values of the batch
// must have no times of their own.
func (b *Batch) Select(schema *Schema, rows []int32) *Batch {
	times := make([]int64, len(rows))
	for to, from := range rows {
		times[to] = b.times[from]
	}
	return &Batch{
		schema: schema, times: times, origin: b.origin, hops: uint8(min(b.Hops()+1, MaxHops+1)),
		rest: &deferred{of: &selection{of: b, rows: rows}, width: schema.Len()},
	}
}

// selection is some rows of a batch.
type selection struct {
	of   *Batch
	rows []int32
}

// Values implements Rest.
func (s *selection) Values() []Value {
	values := make([]Value, 0, len(s.rows)*s.of.schema.Len())
	for _, from := range s.rows {
		values = append(values, s.of.Row(int(from))...)
	}
	return values
}

// Text implements Rest.
func (s *selection) Text(row int) []byte { return s.of.Text(int(s.rows[row])) }

// row returns all values of a row.
func (d *deferred) row(i int) []Value {
	d.once.Do(func() { d.values = d.of.Values() })
	return d.values[i*d.width : (i+1)*d.width : (i+1)*d.width]
}
