package decode

import (
	"errors"
	"fmt"

	"github.com/valyala/fastjson"

	"github.com/holdfast-edge/holdfast/tag"
)

// errNewNames says that a payload has names that are to become columns.
var errNewNames = errors.New("the payload has names that are no columns yet")

// longestName is how many octets the name of a column has at most.
const longestName = 256

// add makes rows of a parsed payload, all of them or none.
func (d *Decoder) add(parsed *fastjson.Value, arrived int64) (rows int, err error) {
	d.begin()
	switch parsed.Type() {
	case fastjson.TypeObject:
		if err := d.addRow(parsed, arrived); err != nil {
			return 0, err
		}
		return 1, nil
	case fastjson.TypeArray:
		return d.addRows(parsed.GetArray(), arrived)
	default:
		return 0, fmt.Errorf("the payload is a JSON %s: want an object, or an array of objects", parsed.Type())
	}
}

func (d *Decoder) addRows(items []*fastjson.Value, arrived int64) (rows int, err error) {
	for i, item := range items {
		if item.Type() != fastjson.TypeObject {
			err = fmt.Errorf("the element is a JSON %s: want an object", item.Type())
		} else {
			err = d.addRow(item, arrived)
		}
		if err != nil {
			d.dropRows(i)
			return 0, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return len(items), nil
}

// addRow makes a row of an object, unless something is wrong with it.
func (d *Decoder) addRow(object *fastjson.Value, arrived int64) error {
	at := arrived
	if d.options.Timestamp != "" {
		var err error
		if at, err = sourceTime(object.Get(d.options.Timestamp)); err != nil {
			return fmt.Errorf("timestamp %s: %w", d.options.Timestamp, err)
		}
	}
	front := d.builder.Row(at)
	d.row, d.fault = front, nil
	if d.later.on { // it is parsed already
		d.row = make([]tag.Value, d.schema.Len())
		d.later.addWhole(d.row)
	}
	object.GetObject().Visit(d.each)
	copy(front, d.row)
	if d.fault != nil {
		d.drop()
	}
	return d.fault
}

func (d *Decoder) dropRows(n int) {
	for range n {
		d.drop()
	}
}

// field takes one field of the row in hand. It reads no more once something is
// wrong.
func (d *Decoder) field(key []byte, v *fastjson.Value) {
	if d.fault != nil {
		return
	}
	if len(key) > longestName {
		d.unlisted++
		return
	}
	targets, known := d.targets.of(key)
	switch {
	case known && len(targets) > 0:
		d.set(targets, key, v)
	case known || !d.options.All:
	case d.schema.Len() < d.options.MaxColumns:
		d.fault = errNewNames
	default:
		d.unlisted++
	}
}

func (d *Decoder) set(targets []target, key []byte, v *fastjson.Value) {
	value, err := d.text.value(v)
	if err != nil {
		d.fault = fmt.Errorf("field %.64q: %w", key, err)
		return
	}
	d.put(targets, value)
}

// put sets the columns that a value is for, as far as they are read now.
func (d *Decoder) put(targets []target, v tag.Value) {
	for _, t := range targets {
		if t.slot < len(d.row) && (t.exact || d.row[t.slot].Kind() == tag.Absent) {
			d.row[t.slot] = v
		}
	}
}

// newFields lists the names of a payload that are no columns yet, as many as
// there may be.
func (d *Decoder) newFields(parsed *fastjson.Value) (fields []tag.Field) {
	listed := map[string]bool{}
	visit := func(key []byte, _ *fastjson.Value) {
		name := string(key)
		_, known := d.schema.Slot(name)
		if !known && !listed[name] && len(name) <= longestName && d.schema.Len()+len(fields) < d.options.MaxColumns {
			listed[name] = true
			fields = append(fields, tag.Field{Name: name})
		}
	}
	if parsed.Type() == fastjson.TypeObject {
		parsed.GetObject().Visit(visit)
		return fields
	}
	for _, item := range parsed.GetArray() {
		item.GetObject().Visit(visit)
	}
	return fields
}
