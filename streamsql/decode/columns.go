package decode

import "github.com/holdfast-edge/holdfast/tag"

// Read says which columns are read from the next message on: these, and with all
// every other one, too. The batch in hand ends as it began. Of a stream that is
// read as a whole, the columns that were met stay. Columns that stand twice are
// one. After an error the decoder reads what it read before.
func (d *Decoder) Read(columns []string, all bool) error {
	empty, err := tag.NewSchema(d.options.Stream, d.options.Name)
	if err != nil {
		return err
	}
	var fields []tag.Field
	listed := map[string]bool{}
	list := func(name string) {
		if !listed[name] {
			listed[name] = true
			fields = append(fields, tag.Field{Name: name})
		}
	}
	for _, name := range columns {
		list(name)
	}
	front, err := empty.Extend(fields...)
	if err != nil {
		return err
	}
	for slot := 0; all && d.schema != nil && slot < d.schema.Len() && len(fields) < d.options.MaxColumns; slot++ {
		list(d.schema.Field(slot).Name)
	}
	schema, err := empty.Extend(fields...)
	if err != nil {
		return err
	}
	d.seal()
	d.options.Columns, d.options.All, d.front = columns, all, front
	d.begins(schema)
	return nil
}
