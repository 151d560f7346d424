package mqtt

import (
	"strconv"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// form is how the rows of one schema become messages. It belongs to one Writer.
type form struct {
	schema     *tag.Schema
	topic      topic
	inPayload  bool // what is told about the row stands in the payload, else in properties
	timeFormat string
	keys       keys
}

// keys name what is told about a row beside its fields.
type keys struct {
	time, times, id, quality, historical string
}

// newForm binds the options to a schema.
func newForm(o *Options, site string, schema *tag.Schema) *form {
	f := &form{
		schema: schema, topic: o.Topic.bind(site, schema.Name(), schema),
		inPayload: o.Metadata == inPayload, timeFormat: o.TimeFormat,
	}
	f.keys = keys{
		time: f.free("ts"), times: f.free("times"), id: f.free("id"),
		quality: f.free("quality"), historical: f.free("historical"),
	}
	return f
}

// free returns a name that no field has: the fields keep theirs, ours gives
// way with an underscore in front.
func (f *form) free(name string) string {
	for {
		if _, taken := f.schema.Slot(name); !taken {
			return name
		}
		name = "_" + name
	}
}

// appendPayload appends row i as a JSON object.
func (f *form) appendPayload(dst []byte, b *tag.Batch, i int) []byte {
	from := len(dst)
	dst = tag.AppendRowJSON(dst, b, i)
	if !f.inPayload {
		return dst
	}
	dst = dst[:len(dst)-1]
	if len(dst) > from+1 {
		dst = append(dst, ',')
	}
	dst = appendTime(appendKey(dst, f.keys.time), b.Time(i), f.timeFormat)
	if id := b.Identity(i); id.IsCommitted() {
		dst = appendIdentityJSON(appendKey(append(dst, ','), f.keys.id), id)
	}
	dst = f.appendQualities(dst, b, i)
	dst = f.appendTimes(dst, b, i)
	if b.Origin() == tag.Backfill {
		dst = append(appendKey(append(dst, ','), f.keys.historical), "true"...)
	}
	return append(dst, '}')
}

// appendQualities tells the quality of every value that is not Good.
func (f *form) appendQualities(dst []byte, b *tag.Batch, i int) []byte {
	open := false
	for slot, v := range b.Row(i) {
		if v.Kind() == tag.Absent || v.Quality() == tag.Good {
			continue
		}
		dst, open = f.appendMember(dst, f.keys.quality, slot, open)
		dst = tag.AppendJSONString(dst, v.Quality().String())
	}
	return closeObject(dst, open)
}

// appendTimes tells the source time of every value whose time is not its row's.
func (f *form) appendTimes(dst []byte, b *tag.Batch, i int) []byte {
	if !b.HasValueTimes() {
		return dst
	}
	open := false
	for slot, v := range b.Row(i) {
		if v.Kind() == tag.Absent || b.ValueTime(i, slot) == b.Time(i) {
			continue
		}
		dst, open = f.appendMember(dst, f.keys.times, slot, open)
		dst = appendTime(dst, b.ValueTime(i, slot), f.timeFormat)
	}
	return closeObject(dst, open)
}

// appendMember appends the name of a field in an object under key, which the
// first of them opens.
func (f *form) appendMember(dst []byte, key string, slot int, open bool) ([]byte, bool) {
	dst = append(dst, ',')
	if !open {
		dst = append(appendKey(dst, key), '{')
	}
	dst = tag.AppendJSONString(dst, f.schema.Field(slot).Name)
	return append(dst, ':'), true
}

func closeObject(dst []byte, open bool) []byte {
	if open {
		return append(dst, '}')
	}
	return dst
}

// appendTime appends nanoseconds since the Unix epoch, as JSON, in the chosen
// format.
func appendTime(dst []byte, ns int64, format string) []byte {
	if format == rfc3339 {
		return append(appendPlainTime(append(dst, '"'), ns, format), '"')
	}
	return appendPlainTime(dst, ns, format)
}

// appendPlainTime is appendTime without quotes.
func appendPlainTime(dst []byte, ns int64, format string) []byte {
	if format == rfc3339 {
		return time.Unix(0, ns).UTC().AppendFormat(dst, time.RFC3339Nano)
	}
	return strconv.AppendInt(dst, ns/int64(epochUnit(format)), 10)
}

func appendKey(dst []byte, key string) []byte {
	return append(tag.AppendJSONString(dst, key), ':')
}

// appendIdentity is tag.Identity.String without its allocations.
func appendIdentity(dst []byte, id tag.Identity) []byte {
	return appendPlace(append(dst, id.Site...), id)
}

// appendIdentityJSON appends the identity as a JSON string; only the site may
// hold what has to be escaped.
func appendIdentityJSON(dst []byte, id tag.Identity) []byte {
	dst = tag.AppendJSONString(dst, id.Site)
	return append(appendPlace(dst[:len(dst)-1], id), '"')
}

func appendPlace(dst []byte, id tag.Identity) []byte {
	dst = append(appendUUID(append(dst, '/'), id.Stream), '/')
	dst = append(strconv.AppendUint(dst, id.Incarnation, 10), '/')
	return strconv.AppendUint(dst, id.Sequence, 10)
}

const hexDigits = "0123456789abcdef"

// appendUUID appends the canonical text form (RFC 9562 §4).
func appendUUID(dst []byte, id tag.StreamID) []byte {
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
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
	dst = appendUserProperty(dst, "ts", appendPlainTime(scratch, b.Time(i), f.timeFormat))
	if id := b.Identity(i); id.IsCommitted() {
		dst = appendUserProperty(dst, "id", appendIdentity(scratch, id))
	}
	if b.Origin() == tag.Backfill {
		dst = appendUserProperty(dst, "historical", "true")
	}
	for slot, v := range b.Row(i) {
		if v.Kind() != tag.Absent && v.Quality() != tag.Good {
			dst = appendUserProperty(dst, "quality."+f.schema.Field(slot).Name, v.Quality().String())
		}
		if v.Kind() != tag.Absent && b.ValueTime(i, slot) != b.Time(i) {
			dst = appendUserProperty(dst, "ts."+f.schema.Field(slot).Name, appendPlainTime(scratch, b.ValueTime(i, slot), f.timeFormat))
		}
	}
	return dst
}
