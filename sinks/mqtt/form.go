package mqtt

import (
	"strconv"

	payload "github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// form is how the rows of one schema become messages. It belongs to one Writer.
type form struct {
	schema     *tag.Schema
	topic      template.Bound
	inPayload  bool // what is told about the row stands in the payload, else in properties
	timeFormat string
	row        *payload.Form
	plain      bool // no template says what the payload is
}

// newForm binds the options to a schema.
func newForm(o *Options, site string, schema *tag.Schema) *form {
	return &form{
		schema: schema, topic: o.Topic.Bind(site, schema.Name(), schema, escapeLevel),
		inPayload: o.Metadata == inPayload, timeFormat: o.TimeFormat, row: o.New(site, schema), plain: o.Template.IsZero(),
	}
}

// appendPayload appends row i as a JSON object, or as the template says.
func (f *form) appendPayload(dst []byte, b *tag.Batch, i int) []byte {
	if f.plain && !f.inPayload {
		return tag.AppendRowJSON(dst, b, i)
	}
	return f.row.Append(dst, b, i)
}

// appendProperties appends the user properties of row i: the hops of derived
// data, so that a cycle through a broker ends, and what else is told about the
// row where that is not in the payload.
func (f *form) appendProperties(dst, scratch []byte, b *tag.Batch, i int) []byte {
	if b.Hops() > 0 {
		dst = appendUserProperty(dst, "hops", strconv.AppendInt(scratch, int64(b.Hops()), 10))
	}
	if f.inPayload {
		return dst
	}
	dst = appendUserProperty(dst, "ts", rowjson.AppendPlainTime(scratch, b.Time(i), f.timeFormat))
	if id := b.Identity(i); id.IsCommitted() {
		dst = appendUserProperty(dst, "id", rowjson.AppendIdentity(scratch, id))
	}
	if b.Origin() == tag.Backfill {
		dst = appendUserProperty(dst, "historical", "true")
	}
	for slot, v := range b.Row(i) {
		if v.Kind() != tag.Absent && v.Quality() != tag.Good {
			dst = appendUserProperty(dst, "quality."+f.schema.Field(slot).Name, v.Quality().String())
		}
		if v.Kind() != tag.Absent && b.ValueTime(i, slot) != b.Time(i) {
			dst = appendUserProperty(dst, "ts."+f.schema.Field(slot).Name, rowjson.AppendPlainTime(scratch, b.ValueTime(i, slot), f.timeFormat))
		}
	}
	return dst
}
