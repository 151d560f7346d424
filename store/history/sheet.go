package history

import (
	"slices"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// sheet is rows of one stream that wait in memory, by column and encoded as they
// will be written: a hundred thousand tags take what their blocks take, and the
// garbage collector has nothing to follow.
type sheet struct {
	within      slot   // the stretch of time that its rows are of
	incarnation uint64 // of the log that they came from
	min, max    int64  // of their times
	first       uint64 // the least of their positions in the log
	unordered   bool   // whether their times are out of order

	times     codec.Integers
	positions codec.Integers
	fields    []tag.Field
	columns   []column // by field

	schema *tag.Schema // of the last row
	places []int       // the field of each slot of it; nil: they are the same
	size   int         // octets, when it was last measured
}

// column is the values of one field.
type column struct {
	codec.Series
	stamps *codec.Integers // the distance of their own times from those of the rows; nil: none has one
}

// add adds a value whose own time is a distance from that of its row.
func (c *column) add(v tag.Value, distance int64) {
	if c.stamps != nil || distance != 0 {
		c.stampTo(c.Len())
		c.stamps.Append(distance)
	}
	c.Add(v)
}

// stampTo gives rows the time of the row, as far as they have none.
func (c *column) stampTo(rows int) {
	if c.stamps == nil {
		c.stamps = &codec.Integers{}
	}
	for c.stamps.Len() < rows {
		c.stamps.Append(0)
	}
}

// pad makes the column as long as the rows.
func (c *column) pad(rows int) {
	c.AddAbsent(rows - c.Len())
	if c.stamps != nil {
		c.stampTo(rows)
	}
}

func (s *sheet) len() int { return s.times.Len() }

// add adds a row of a batch.
func (s *sheet) add(b *tag.Batch, row int, position uint64) {
	if s.schema != b.Schema() {
		s.bind(b.Schema())
	}
	at := b.Time(row)
	s.note(at, position)
	if !b.HasValueTimes() && s.places == nil {
		for slot, v := range b.Row(row) {
			if c := &s.columns[slot]; c.stamps == nil {
				c.Add(v)
			} else {
				c.add(v, 0)
			}
		}
	} else {
		for slot, v := range b.Row(row) {
			s.columns[s.place(slot)].add(v, b.ValueTime(row, slot)-at)
		}
	}
	if len(s.columns) > s.schema.Len() {
		s.even()
	}
}

// reset forgets the rows and keeps the fields, and the room that they took.
func (s *sheet) reset() {
	s.times.Reset()
	s.positions.Reset()
	for i := range s.columns {
		s.columns[i].Reset()
		s.columns[i].stamps = nil
	}
	*s = sheet{times: s.times, positions: s.positions, fields: s.fields, columns: s.columns, schema: s.schema, places: s.places}
}

// note enters the time and the position of a row.
func (s *sheet) note(at int64, position uint64) {
	if s.len() == 0 {
		s.min, s.max, s.first = at, at, position
	}
	s.unordered = s.unordered || at < s.max
	s.min, s.max, s.first = min(s.min, at), max(s.max, at), min(s.first, position)
	s.times.Append(at)
	s.positions.Append(int64(position))
}

// even gives all columns as many values as there are rows.
func (s *sheet) even() {
	for i := range s.columns {
		s.columns[i].pad(s.len())
	}
}

func (s *sheet) place(slot int) int {
	if s.places == nil {
		return slot
	}
	return s.places[slot]
}

// bind finds the fields of a schema, and makes those that are new.
func (s *sheet) bind(schema *tag.Schema) {
	s.schema, s.places = schema, nil
	if s.len() == 0 {
		s.fields = slices.Clip(schema.Fields()) // shared, until one is added
		s.columns = make([]column, len(s.fields))
		return
	}
	places := make([]int, schema.Len())
	moved := false
	for slot := range places {
		places[slot] = s.field(slot, schema.Field(slot))
		moved = moved || places[slot] != slot
	}
	if moved {
		s.places = places
	}
}

// field returns the place of a field, which is likely to be near a place.
func (s *sheet) field(near int, f tag.Field) int {
	if near < len(s.fields) && s.fields[near].Name == f.Name {
		return near
	}
	if i := slices.IndexFunc(s.fields, func(g tag.Field) bool { return g.Name == f.Name }); i >= 0 {
		return i
	}
	s.fields = append(s.fields, f)
	s.columns = append(s.columns, column{})
	s.columns[len(s.columns)-1].pad(s.len())
	return len(s.fields) - 1
}

// measure returns by how many octets what is encoded has grown since it was last
// measured.
func (s *sheet) measure() int {
	size := s.times.Size() + s.positions.Size()
	for i := range s.columns {
		size += s.columns[i].Size()
		if stamps := s.columns[i].stamps; stamps != nil {
			size += stamps.Size()
		}
	}
	grown := size - s.size
	s.size = size
	return grown
}

// block returns the rows as a block. Of each field it takes the number in the
// shard.
func (s *sheet) block(p *packer, numbers []uint32) []byte {
	b := newBlock(p, s.len(), s.min, s.max)
	b.add(timesPart, 0, &s.times)
	for i := range s.columns {
		c := &s.columns[i]
		if c.IsAbsent() {
			continue
		}
		b.series(valuesPart, numbers[i], &c.Series)
		if c.stamps != nil {
			b.add(stampsPart, numbers[i], c.stamps)
		}
	}
	return b.build()
}
