package tag

// Builder fills the rows of a Batch. It has one owner and may be used again
// after Batch, with a new arena: nothing is shared with batches given away.
type Builder struct {
	schema *Schema
	rows   int // rows to make room for
	batch  *Batch
}

// NewBuilder returns a builder of rows of the schema that makes room for the
// given number of rows at a time.
func NewBuilder(schema *Schema, rows int) *Builder {
	return &Builder{schema: schema, rows: max(rows, 1)}
}

// Row appends a row of absent values and returns it to be filled. It is valid
// until the next call to the builder.
func (b *Builder) Row(sourceTime int64) []Value {
	if b.batch == nil {
		b.begin()
	}
	w, t := b.schema.Len(), b.batch
	t.times = append(t.times, sourceTime)
	from := len(t.values)
	t.values = extend(t.values, w)
	if t.stamps != nil {
		t.stamps = appendTimes(t.stamps, sourceTime, w)
	}
	return t.values[from : from+w : from+w]
}

// Date gives the last row another source time.
func (b *Builder) Date(sourceTime int64) {
	w, t := b.schema.Len(), b.batch
	last := len(t.times) - 1
	t.times[last] = sourceTime
	if t.stamps != nil {
		t.stamps = appendTimes(t.stamps[:last*w], sourceTime, w)
	}
}

// Stamp gives one value of the last row a source time of its own. The values
// that are given none have their row's.
func (b *Builder) Stamp(slot int, sourceTime int64) {
	w, t := b.schema.Len(), b.batch
	if t.stamps == nil {
		t.stamps = make([]int64, 0, cap(t.values))
		for _, rowTime := range t.times {
			t.stamps = appendTimes(t.stamps, rowTime, w)
		}
	}
	t.stamps[(len(t.times)-1)*w+slot] = sourceTime
}

// Drop takes the last row back, for a row that turned out to be unwanted.
func (b *Builder) Drop() {
	w, t := b.schema.Len(), b.batch
	n := len(t.times) - 1
	clear(t.values[n*w:])
	t.times, t.values = t.times[:n], t.values[:n*w]
	if t.stamps != nil {
		t.stamps = t.stamps[:n*w]
	}
}

// At returns the values of a row that was begun, as Row did.
func (b *Builder) At(i int) []Value {
	w := b.schema.Len()
	return b.batch.values[i*w : (i+1)*w : (i+1)*w]
}

// Len returns the number of rows so far.
func (b *Builder) Len() int {
	if b.batch == nil {
		return 0
	}
	return len(b.batch.times)
}

// Batch gives the rows away as a live batch, and nil where there are none. The
// next Row begins another one.
func (b *Builder) Batch() *Batch { return b.Derived(Live, 0) }

// Derived is Batch for rows that were made out of others: with the origin of
// their input and one hop more than it had.
func (b *Builder) Derived(origin Origin, hops int) *Batch {
	t := b.batch
	if t == nil || len(t.times) == 0 {
		return nil
	}
	b.batch = nil
	t.origin, t.hops = origin, uint8(min(hops, MaxHops+1))
	return t
}

func (b *Builder) begin() {
	b.batch = &Batch{
		schema: b.schema,
		times:  make([]int64, 0, b.rows),
		values: make([]Value, 0, b.rows*b.schema.Len()),
	}
}

// extend lengthens values by n absent ones.
func extend(values []Value, n int) []Value {
	if len(values)+n <= cap(values) {
		return values[:len(values)+n]
	}
	return append(values, make([]Value, n)...)
}

func appendTimes(times []int64, t int64, n int) []int64 {
	for range n {
		times = append(times, t)
	}
	return times
}
