package tag

import "fmt"

// Rows is what a batch is made of, for those who have it all at once, as a
// decoder does; a driver fills a Builder.
type Rows struct {
	Times  []int64 // source time of each row
	Values []Value // len(Times) rows of Schema.Len() values
	Stamps []int64 // source time of each value, or nil: the row's
	Origin Origin
	Hops   int
}

// Assemble returns a batch of the rows, whose memory it keeps. It is an error
// where the lengths do not agree.
func Assemble(schema *Schema, r Rows) (*Batch, error) {
	cells := len(r.Times) * schema.Len()
	if len(r.Values) != cells || r.Stamps != nil && len(r.Stamps) != cells {
		return nil, fmt.Errorf("assemble %d rows of %s: %d values and %d times, want %d each",
			len(r.Times), schema.Name(), len(r.Values), len(r.Stamps), cells)
	}
	return &Batch{
		schema: schema, times: r.Times, values: r.Values, stamps: r.Stamps,
		origin: r.Origin, hops: uint8(min(r.Hops, MaxHops+1)),
	}, nil
}

// Follows tells whether b's rows come directly after those of a: both are of one schema, life and origin, and of
// consecutive sequence, so that Join can make one batch of them.
func (b *Batch) Follows(a *Batch) bool {
	next := a.Identity(a.Len())
	return b.schema == a.schema && b.origin == a.origin && b.hops == a.hops && (b.stamps == nil) == (a.stamps == nil) &&
		next.IsCommitted() && b.first == next
}

// Join returns one batch of the rows of several, each of which follows the one before it. One alone is returned as it is.
func Join(batches []*Batch) *Batch {
	if len(batches) == 1 {
		return batches[0]
	}
	joined, rows := *batches[0], 0
	for _, b := range batches {
		rows += b.Len()
	}
	joined.times = make([]int64, 0, rows)
	joined.values = make([]Value, 0, rows*joined.schema.Len())
	if joined.stamps != nil {
		joined.stamps = make([]int64, 0, cap(joined.values))
	}
	for _, b := range batches {
		joined.times = append(joined.times, b.times...)
		joined.values = append(joined.values, b.values...)
		joined.stamps = append(joined.stamps, b.stamps...)
	}
	return &joined
}
