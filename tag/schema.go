package tag

import "fmt"

// Field is one column of a Schema.
type Field struct {
	Name string
	Kind Kind   // kind of its values; Absent where it varies
	Unit string // engineering unit, such as °C; empty where there is none
}

// Schema names the fields of a stream's rows. A field's position is its slot:
// queries bind names to slots once and index rows from then on. A Schema is
// immutable and may be read concurrently.
type Schema struct {
	stream StreamID
	name   string
	fields []Field
	slots  map[string]int
}

// NewSchema returns the schema of the stream called name. It keeps fields. A
// name that stands twice is an error.
func NewSchema(stream StreamID, name string, fields ...Field) (*Schema, error) {
	s := &Schema{stream: stream, name: name, fields: fields, slots: make(map[string]int, len(fields))}
	for i, f := range fields {
		if first, twice := s.slots[f.Name]; twice {
			return nil, fmt.Errorf("schema of %s: field %q stands at %d and again at %d", name, f.Name, first, i)
		}
		s.slots[f.Name] = i
	}
	return s, nil
}

// Extend returns a schema with more fields behind the present ones, whose
// slots stay as they are: what was bound to s can read rows of the result.
func (s *Schema) Extend(fields ...Field) (*Schema, error) {
	all := make([]Field, 0, len(s.fields)+len(fields))
	all = append(append(all, s.fields...), fields...)
	return NewSchema(s.stream, s.name, all...)
}

// Renamed returns a schema of the same fields for another stream. The fields are shared.
func (s *Schema) Renamed(stream StreamID, name string) *Schema {
	return &Schema{stream: stream, name: name, fields: s.fields, slots: s.slots}
}

// Stream returns the identity of the stream.
func (s *Schema) Stream() StreamID { return s.stream }

// Name returns the stream's name, as FROM reads it.
func (s *Schema) Name() string { return s.name }

// Len returns the number of fields, which is the width of a row.
func (s *Schema) Len() int { return len(s.fields) }

// Field returns the field in a slot.
func (s *Schema) Field(slot int) Field { return s.fields[slot] }

// Fields returns the fields in the order of their slots, not to be changed.
func (s *Schema) Fields() []Field { return s.fields }

// Slot returns the position of the named field.
func (s *Schema) Slot(name string) (slot int, ok bool) {
	slot, ok = s.slots[name]
	return slot, ok
}
