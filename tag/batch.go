package tag

// Origin says how a batch came to be here. Only Live input may cause a write
// to a device.
type Origin uint8

// The origins.
const (
	Live     Origin = iota // as it happened
	Replay                 // read again from the log, to rebuild a rule's state
	Backfill               // delivered late, after an outage; receivers mark it historical
)

// MaxHops is how often data derived from data may enter the bus again before
// it is taken for a cycle and refused.
const MaxHops = 16

// Batch is rows of one stream over one arena of values. It is immutable, may
// be read concurrently, and is left to the garbage collector.
type Batch struct {
	schema *Schema
	times  []int64 // source time of each row
	values []Value // len(times) rows of schema.Len() values; of ready values where there is a rest
	stamps []int64 // source time of each value, or nil: the row's
	first  Identity
	origin Origin
	hops   uint8

	rest  *deferred // nil: values has all
	from  int       // of rest, the row that is the first here
	ready int       // values of a row that are in values, where there is a rest
}

// OneRow returns a live batch of one row. It keeps values and stamps, which are the source times of the values, or nil
// where each has that of the row.
func OneRow(schema *Schema, sourceTime int64, values []Value, stamps []int64) *Batch {
	return &Batch{schema: schema, times: []int64{sourceTime}, values: values, stamps: stamps}
}

// Schema returns the fields of the rows. It may have more fields than a plan
// was bound to, never fewer or moved ones.
func (b *Batch) Schema() *Schema { return b.schema }

// Len returns the number of rows.
func (b *Batch) Len() int { return len(b.times) }

// Row returns the values of row i in the order of the schema, not to be
// changed.
func (b *Batch) Row(i int) []Value {
	if b.rest != nil {
		return b.rest.row(b.from + i)
	}
	w := b.schema.Len()
	return b.values[i*w : (i+1)*w : (i+1)*w]
}

// Time returns the source time of row i.
func (b *Batch) Time(i int) int64 { return b.times[i] }

// ValueTime returns the source time of one value: its own where the batch has
// a time per value, else its row's.
func (b *Batch) ValueTime(i, slot int) int64 {
	if b.stamps == nil {
		return b.times[i]
	}
	return b.stamps[i*b.schema.Len()+slot]
}

// HasValueTimes reports whether values carry times of their own.
func (b *Batch) HasValueTimes() bool { return b.stamps != nil }

// Origin returns how the batch came to be here.
func (b *Batch) Origin() Origin { return b.origin }

// Hops returns how many rules or write-backs lie between the plant and this
// batch.
func (b *Batch) Hops() int { return int(b.hops) }

// Identity returns the identity of row i, which is not committed before the
// log has taken the batch.
func (b *Batch) Identity(i int) Identity {
	id := b.first
	if id.IsCommitted() {
		id.Sequence += uint64(i)
	}
	return id
}

// Committed returns the same rows under the identity that the log gave the
// first of them; the others follow in sequence. The rows are shared.
func (b *Batch) Committed(first Identity) *Batch {
	c := *b
	c.first = first
	return &c
}

// As returns the same rows with another origin. The rows are shared.
func (b *Batch) As(origin Origin) *Batch {
	c := *b
	c.origin = origin
	return &c
}

// Slice returns rows from up to but not including to. The rows are shared.
func (b *Batch) Slice(from, to int) *Batch {
	c := *b
	w := b.schema.Len()
	c.times, c.from = b.times[from:to:to], b.from+from
	c.values = b.values[from*b.Ready() : to*b.Ready() : to*b.Ready()]
	if b.stamps != nil {
		c.stamps = b.stamps[from*w : to*w : to*w]
	}
	c.first = b.Identity(from)
	return &c
}

// Sample is one value of one field at one time: what a page shows, what a
// write carries.
type Sample struct {
	Stream string
	Field  string
	Value  Value
	Time   int64 // source time
}

// Sample returns the value of one field of row i.
func (b *Batch) Sample(i, slot int) Sample {
	return Sample{
		Stream: b.schema.name, Field: b.schema.fields[slot].Name,
		Value: b.Row(i)[slot], Time: b.ValueTime(i, slot),
	}
}
