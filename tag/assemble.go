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
