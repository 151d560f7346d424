package rule

import "github.com/holdfast-edge/holdfast/tag"

// relabel makes rows of one stream rows of another. It has one owner.
type relabel struct {
	site, name string
	known      map[*tag.Schema]*tag.Schema
}

func newRelabel(site, name string) *relabel {
	return &relabel{site: site, name: name, known: map[*tag.Schema]*tag.Schema{}}
}

// mostSchemas bounds what is remembered; a stream has one schema, and a few more
// where columns were added to it.
const mostSchemas = 64

// row returns a copy of one row, as one hop further.
func (r *relabel) row(b *tag.Batch, i int) *tag.Batch {
	builder := tag.NewBuilder(r.of(b.Schema()), 1)
	for slot, v := range b.Row(i) {
		if slot == 0 {
			copy(builder.Row(b.Time(i)), b.Row(i))
		}
		if b.HasValueTimes() && v.Kind() != tag.Absent {
			builder.Stamp(slot, b.ValueTime(i, slot))
		}
	}
	return builder.Derived(b.Origin(), b.Hops()+1)
}

func (r *relabel) of(s *tag.Schema) *tag.Schema {
	if known := r.known[s]; known != nil {
		return known
	}
	fields := make([]tag.Field, s.Len())
	for i := range fields {
		fields[i] = s.Field(i)
	}
	made, err := tag.NewSchema(tag.NewStreamID(r.site, r.name), r.name, fields...)
	if err != nil {
		panic(err) // its names are distinct in s
	}
	if len(r.known) >= mostSchemas {
		clear(r.known)
	}
	r.known[s] = made
	return made
}
