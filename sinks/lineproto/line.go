// Package lineproto writes rows as InfluxDB's line protocol, which InfluxDB,
// VictoriaMetrics, QuestDB and TDengine read:
//
//	measurement,tag=value field=1i,other="text" 1800000000000000000
//
// Each line carries the record's sequence and incarnation as fields, so that a
// receiver can prove completeness, and its quality where that is not Good.
package lineproto

import (
	"encoding/base64"
	"math"
	"strconv"

	"github.com/holdfast-edge/holdfast/tag"
)

// Names of the fields that are ours.
const (
	Sequence    = "hf_seq"
	Incarnation = "hf_incarnation"
	Quality     = "hf_quality"
	Historical  = "hf_historical"
)

// AppendMeasurement appends a name where a measurement stands.
func AppendMeasurement(dst []byte, name string) []byte {
	if name == "" {
		name = "_"
	}
	return appendEscaped(dst, name, ", ")
}

// AppendTag appends a tag with its comma, and nothing where the value is empty:
// the protocol has no empty tags.
func AppendTag(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	dst = append(appendEscaped(append(dst, ','), name, ",= "), '=')
	return appendEscaped(dst, value, ",= ")
}

// appendEscaped appends text with a backslash before what would end it. A line
// end becomes a space, and a backslash at the end is doubled by a space.
func appendEscaped(dst []byte, text, special string) []byte {
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '\n' || c == '\r':
			c = ' '
			fallthrough
		case contains(special, c):
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, c)
		}
	}
	if n := len(text); n > 0 && text[n-1] == '\\' {
		dst = append(dst, '_')
	}
	return dst
}

func contains(set string, c byte) bool {
	for i := range len(set) {
		if set[i] == c {
			return true
		}
	}
	return false
}

// Form is how the fields of one schema are written. It may be used concurrently.
type Form struct {
	schema *tag.Schema
	keys   []string // escaped, with =, by slot
	skip   []bool   // fields that stand elsewhere
	varies []bool   // fields whose kind may change from row to row
}

// NewForm binds to a schema. skipped tells of a field's name that it is not
// written.
func NewForm(schema *tag.Schema, skipped func(name string) bool) *Form {
	f := &Form{schema: schema}
	for slot := range schema.Len() {
		field := schema.Field(slot)
		name := field.Name
		switch name {
		case Sequence, Incarnation, Quality, Historical, "time", "":
			name = "_" + name
		}
		f.keys = append(f.keys, string(append(appendEscaped(nil, name, ",= "), '=')))
		f.skip = append(f.skip, skipped(field.Name))
		f.varies = append(f.varies, field.Kind == tag.Absent || field.Kind == tag.Null)
	}
	return f
}

// AppendFields appends a space, the fields of row i and what is told of it.
func (f *Form) AppendFields(dst []byte, b *tag.Batch, i int) []byte {
	id := b.Identity(i)
	dst = append(append(dst, ' '), Sequence+"="...)
	dst = append(strconv.AppendUint(dst, id.Sequence, 10), "i,"+Incarnation+"="...)
	dst = append(strconv.AppendUint(dst, id.Incarnation, 10), 'i')
	bad := false
	for slot, v := range b.Row(i) {
		bad = bad || v.Kind() != tag.Absent && v.Quality() != tag.Good
		if v.IsNull() || f.skip[slot] {
			continue
		}
		before := len(dst)
		dst = append(append(dst, ','), f.keys[slot]...)
		written, ok := appendValue(dst, v, f.varies[slot])
		if dst = written; !ok {
			dst = dst[:before]
		}
	}
	if bad {
		dst = f.appendQuality(append(dst, ","+Quality+"="...), b, i)
	}
	if b.Origin() == tag.Backfill {
		dst = append(dst, ","+Historical+"=true"...)
	}
	return dst
}

// AppendTime appends a space, the time of row i in nanoseconds and a line end.
func AppendTime(dst []byte, ns int64) []byte {
	return append(strconv.AppendInt(append(dst, ' '), ns, 10), '\n')
}

// appendQuality tells the values that are not Good, as a text of JSON.
func (f *Form) appendQuality(dst []byte, b *tag.Batch, i int) []byte {
	text := []byte{'{'}
	for slot, v := range b.Row(i) {
		if v.Kind() == tag.Absent || v.Quality() == tag.Good {
			continue
		}
		if len(text) > 1 {
			text = append(text, ',')
		}
		text = append(tag.AppendJSONString(text, f.schema.Field(slot).Name), ':')
		text = tag.AppendJSONString(text, v.Quality().String())
	}
	return appendText(dst, string(append(text, '}')))
}

// appendValue appends a field's value. A field whose kind varies has its
// integers as floats, since a database keeps the type of the first one. NaN and
// the infinities cannot be written.
func appendValue(dst []byte, v tag.Value, varies bool) ([]byte, bool) {
	switch v.Kind() {
	case tag.Int, tag.Uint:
		if i, ok := v.Int(); ok && !varies {
			return append(strconv.AppendInt(dst, i, 10), 'i'), true
		}
		f, _ := v.Float()
		return strconv.AppendFloat(dst, f, 'g', -1, 64), true
	case tag.Float:
		f, _ := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return dst, false
		}
		return strconv.AppendFloat(dst, f, 'g', -1, 64), true
	case tag.Bool:
		return strconv.AppendBool(dst, v.Bool()), true
	case tag.Time:
		ns, _ := v.Nanos()
		return append(strconv.AppendInt(dst, ns, 10), 'i'), true
	case tag.String:
		return appendText(dst, v.Str()), true
	case tag.Bytes:
		return appendText(dst, base64.StdEncoding.EncodeToString(v.Bytes())), true
	default:
		return appendText(dst, string(tag.AppendJSON(nil, v))), true
	}
}

// appendText appends a quoted text.
func appendText(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i := range len(text) {
		if c := text[i]; c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

// AppendGap appends the line of a gap: measurement hf_gaps, at the time when the
// gap was recorded.
func AppendGap(dst []byte, g *tag.Gap) []byte {
	dst = append(dst, "hf_gaps"...)
	dst = AppendTag(dst, "site", g.First.Site)
	dst = AppendTag(dst, "stream_id", g.First.Stream.String())
	dst = append(dst, " "+Sequence+"="...)
	dst = append(strconv.AppendUint(dst, g.First.Sequence, 10), "i,"+Incarnation+"="...)
	dst = append(strconv.AppendUint(dst, g.First.Incarnation, 10), "i,count="...)
	dst = append(strconv.AppendUint(dst, g.Count, 10), "i,cause="...)
	return AppendTime(appendText(dst, g.Cause.String()), g.At)
}
