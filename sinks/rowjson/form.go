// Package rowjson is how Holdfast tells a row to the world as JSON: an object of
// the row's fields, and beside them what is known of the row. Sinks and the
// node's own broker share it, so that a receiver reads one form.
//
//	{"temperature":21.5,"humidity":null,"ts":"2026-11-22T17:00:00Z","id":"plant-7/…/1/42",
//	 "quality":{"humidity":"BadTimeout"},"times":{"temperature":"2026-11-22T16:59:59Z"},"historical":true}
//
// Members that have nothing to say are left out. It writes and does not read;
// package streamsql/decode reads.
package rowjson

import (
	"github.com/holdfast-edge/holdfast/tag"
)

// Form is how the rows of one schema are written. It may be used concurrently.
type Form struct {
	schema     *tag.Schema
	timeFormat string
	keys       keys
}

// keys name what is told about a row beside its fields.
type keys struct {
	time, times, id, quality, historical string
}

// New binds the form to a schema. timeFormat is one of TimeFormats.
func New(schema *tag.Schema, timeFormat string) *Form {
	f := &Form{schema: schema, timeFormat: timeFormat}
	f.keys = keys{
		time: f.free("ts"), times: f.free("times"), id: f.free("id"),
		quality: f.free("quality"), historical: f.free("historical"),
	}
	return f
}

// Schema returns the schema that the form is bound to.
func (f *Form) Schema() *tag.Schema { return f.schema }

// free returns a name that no field has: the fields keep theirs, ours gives
// way with an underscore in front.
func (f *Form) free(name string) string {
	for {
		if _, taken := f.schema.Slot(name); !taken {
			return name
		}
		name = "_" + name
	}
}

// AppendRow appends row i with all that is known of it.
func (f *Form) AppendRow(dst []byte, b *tag.Batch, i int) []byte {
	from := len(dst)
	dst = tag.AppendRowJSON(dst, b, i)
	dst = dst[:len(dst)-1]
	if len(dst) > from+1 {
		dst = append(dst, ',')
	}
	dst = AppendTime(appendKey(dst, f.keys.time), b.Time(i), f.timeFormat)
	if id := b.Identity(i); id.IsCommitted() {
		dst = AppendIdentityJSON(appendKey(append(dst, ','), f.keys.id), id)
	}
	dst = f.appendQualities(dst, b, i)
	dst = f.appendTimes(dst, b, i)
	if b.Origin() == tag.Backfill {
		dst = append(appendKey(append(dst, ','), f.keys.historical), "true"...)
	}
	return append(dst, '}')
}

// appendQualities tells the quality of every value that is not Good.
func (f *Form) appendQualities(dst []byte, b *tag.Batch, i int) []byte {
	if b.Text(i) != nil {
		return dst // what was told as JSON is Good
	}
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
func (f *Form) appendTimes(dst []byte, b *tag.Batch, i int) []byte {
	if !b.HasValueTimes() {
		return dst
	}
	open := false
	for slot, v := range b.Row(i) {
		if v.Kind() == tag.Absent || b.ValueTime(i, slot) == b.Time(i) {
			continue
		}
		dst, open = f.appendMember(dst, f.keys.times, slot, open)
		dst = AppendTime(dst, b.ValueTime(i, slot), f.timeFormat)
	}
	return closeObject(dst, open)
}

// appendMember appends the name of a field in an object under key, which the
// first of them opens.
func (f *Form) appendMember(dst []byte, key string, slot int, open bool) ([]byte, bool) {
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

func appendKey(dst []byte, key string) []byte {
	return append(tag.AppendJSONString(dst, key), ':')
}
