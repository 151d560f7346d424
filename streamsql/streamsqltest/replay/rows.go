package replay

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/tag"
)

// source makes rows of recorded inputs as a stream of eKuiper does: with the
// fields of its definition where it has any, checked where it is told to.
type source struct {
	name      string
	fields    []*ast.Field
	strict    bool
	timestamp string
	schema    *tag.Schema // of a definition with fields
}

func newSource(name string, definition *ast.CreateStream) *source {
	s := &source{name: name}
	if definition == nil {
		return s
	}
	s.fields = definition.Fields
	strict, _ := definition.Option("STRICT_VALIDATION")
	s.strict = strict == "true"
	s.timestamp, _ = definition.Option("TIMESTAMP")
	if len(s.fields) > 0 {
		var fields []tag.Field
		for _, f := range s.fields {
			fields = append(fields, tag.Field{Name: f.Name.Text})
		}
		s.schema, _ = tag.NewSchema(tag.StreamID{}, name, fields...)
	}
	return s
}

// batch returns a recorded row as a batch of the stream. used reports which
// fields the rule uses, which are those that are checked.
func (s *source) batch(data []byte, ms int64, used func(string) bool) (*tag.Batch, error) {
	v, err := decode(data)
	if err != nil {
		return nil, err
	}
	row := v.Object()
	if row == nil {
		row = object(nil, nil).Object()
	}
	schema, values := schemaOf(s.name, row)
	if s.schema != nil {
		schema = s.schema
		if values, err = s.check(row, used); err != nil {
			return nil, err
		}
	}
	if t, ok := row.Lookup(s.timestamp); ok && s.timestamp != "" {
		if ms, ok = t.Int(); !ok {
			return nil, fmt.Errorf("%s is no time", s.timestamp)
		}
	}
	b := tag.NewBuilder(schema, 1)
	copy(b.Row(ms*millisecond), values)
	return b.Batch(), nil
}

// schemaOf returns the columns of a row and its values.
func schemaOf(name string, row *tag.Object) (*tag.Schema, []tag.Value) {
	fields, values := make([]tag.Field, row.Len()), make([]tag.Value, row.Len())
	for i := range row.Len() {
		fields[i].Name, values[i] = row.At(i)
	}
	schema, err := tag.NewSchema(tag.StreamID{}, name, fields...)
	if err != nil {
		panic(err) // a JSON object of the recording has each name once
	}
	return schema, values
}

// check takes the fields of the definition out of a row.
func (s *source) check(row *tag.Object, used func(string) bool) ([]tag.Value, error) {
	values := make([]tag.Value, len(s.fields))
	for i, f := range s.fields {
		v, ok := row.Lookup(f.Name.Text)
		values[i] = v
		if s.strict && ok && used(f.Name.Text) && !fits(v, f.Type.Name) {
			return nil, fmt.Errorf("field %s is %s: want %s", f.Name.Text, v.Kind(), f.Type.Name)
		}
	}
	return values, nil
}

func fits(v tag.Value, typeName string) bool {
	switch typeName {
	case "BIGINT":
		return v.Kind() == tag.Int
	case "FLOAT":
		return v.Kind().IsNumber()
	case "STRING":
		return v.Kind() == tag.String
	case "BOOLEAN":
		return v.Kind() == tag.Bool
	default:
		return true
	}
}

// rowsOf returns the rows of a batch as objects.
func rowsOf(b *tag.Batch) []tag.Value {
	rows := make([]tag.Value, b.Len())
	for i := range rows {
		var names []string
		var values []tag.Value
		for slot, v := range b.Row(i) {
			if !v.IsNull() {
				names, values = append(names, b.Schema().Field(slot).Name), append(values, v)
			}
		}
		rows[i] = object(names, values)
	}
	return rows
}

// errUpstream is what a recorded input that is an error gives.
var errUpstream = errors.New("the input is an error")
