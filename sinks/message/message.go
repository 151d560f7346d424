// Package message is how sinks that send a message for each record make it: by
// default the object of package rowjson, or what a template says.
package message

import (
	"strconv"

	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// Options are the keys of payloads; sinks embed it.
type Options struct {
	Template   template.Template `yaml:"template" doc:"The payload, with placeholders: the {name} of a field becomes its value as JSON, {row} all its fields, {json} the fields and what is known of them, {ts} the source time, {id} the identity, {seq} the sequence, {quality} the qualities that are not Good, {historical} true or false, {site} and {stream} the names. A brace that is meant as such is written twice. Not given, it is {json}." example:"{{\"t\": {temperature}, \"at\": {ts}}}"`
	TimeFormat string            `yaml:"time_format" default:"rfc3339" enum:"rfc3339,s,ms,us,ns" doc:"How source times are written: as text, or as a number of seconds, milli-, micro- or nanoseconds since 1970."`
}

// Form is how the rows of one schema become payloads. It may be used
// concurrently.
type Form struct {
	options *Options
	row     *rowjson.Form
	bound   template.Bound
}

// New binds the options to a schema.
func (o *Options) New(site string, schema *tag.Schema) *Form {
	f := &Form{options: o, row: rowjson.New(schema, o.TimeFormat)}
	if !o.Template.IsZero() {
		f.bound = o.Template.Bind(site, schema.Name(), schema, nil)
	}
	return f
}

// Append appends the payload of row i.
func (f *Form) Append(dst []byte, b *tag.Batch, i int) []byte {
	if f.options.Template.IsZero() {
		return f.row.AppendRow(dst, b, i)
	}
	return f.bound.AppendWith(dst, b.Row(i), func(dst []byte, name string) ([]byte, bool) { return f.other(dst, name, b, i) })
}

// other is what a placeholder stands for that is no field.
func (f *Form) other(dst []byte, name string, b *tag.Batch, i int) ([]byte, bool) {
	switch name {
	case "row":
		return tag.AppendRowJSON(dst, b, i), true
	case "json":
		return f.row.AppendRow(dst, b, i), true
	case "ts":
		return rowjson.AppendTime(dst, b.Time(i), f.options.TimeFormat), true
	case "id":
		return rowjson.AppendIdentityJSON(dst, b.Identity(i)), true
	case "seq":
		return strconv.AppendUint(dst, b.Identity(i).Sequence, 10), true
	case "historical":
		return strconv.AppendBool(dst, b.Origin() == tag.Backfill), true
	case "quality":
		return appendQuality(dst, b, i), true
	default:
		return dst, false
	}
}

func appendQuality(dst []byte, b *tag.Batch, i int) []byte {
	dst = append(dst, '{')
	first := true
	for slot, v := range b.Row(i) {
		if v.Kind() == tag.Absent || v.Quality() == tag.Good {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(tag.AppendJSONString(dst, b.Schema().Field(slot).Name), ':')
		dst = tag.AppendJSONString(dst, v.Quality().String())
	}
	return append(dst, '}')
}

// AppendGap appends {"gap":{"first":…,"count":…,"cause":…,"at":…}}.
func AppendGap(dst []byte, g *tag.Gap, timeFormat string) []byte {
	dst = rowjson.AppendIdentityJSON(append(dst, `{"gap":{"first":`...), g.First)
	dst = tag.AppendJSON(append(dst, `,"count":`...), tag.UintOf(g.Count))
	dst = tag.AppendJSONString(append(dst, `,"cause":`...), g.Cause.String())
	dst = rowjson.AppendTime(append(dst, `,"at":`...), g.At, timeFormat)
	return append(dst, "}}"...)
}
