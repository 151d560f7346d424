package lookup

import (
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/streamsql/state"
	"github.com/holdfast-edge/holdfast/tag"
)

// appendedVersion is the first number of a snapshot.
const appendedVersion = 1

var errSnapshot = errors.New("the snapshot is of another version")

// Snapshot returns the rows as bytes, for Restore.
func (t *Appended) Snapshot() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	dst := state.AppendInt(make([]byte, 0, t.bytes+64*len(t.rows)), appendedVersion)
	dst = state.AppendInt(dst, int64(t.schema.Len()))
	for _, f := range t.schema.Fields() {
		dst = state.AppendString(dst, f.Name)
	}
	dst = state.AppendInt(dst, int64(len(t.rows)))
	for i := range t.rows {
		r := &t.rows[i]
		dst = state.AppendInt(state.AppendInt(dst, r.came), r.at)
		dst = state.AppendValues(dst, r.values)
		dst = state.AppendInt(dst, int64(len(r.times)))
		for _, at := range r.times {
			dst = state.AppendInt(dst, at)
		}
	}
	return dst
}

// Restore takes in the rows of a snapshot in front of those that came since, as
// far as the bounds of today allow. After an error the table is as it was.
func (t *Appended) Restore(now int64, snapshot []byte) error {
	src := state.NewReader(snapshot)
	if src.Int() != appendedVersion {
		return fmt.Errorf("restore table: %w", errSnapshot)
	}
	names := make([]tag.Field, src.Count())
	for i := range names {
		names[i].Name = src.String()
	}
	rows := make([]appended, src.Count())
	for i := range rows {
		rows[i] = readAppended(src, len(names))
	}
	if len(names) > MaxColumns {
		src.Fail("columns")
	}
	if err := src.Err(); err != nil {
		return fmt.Errorf("restore table: %w", err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	schema, err := tag.NewSchema(t.schema.Stream(), t.schema.Name(), names...)
	if err != nil {
		return fmt.Errorf("restore table: %w", err)
	}
	since, of := t.rows, t.schema
	t.schema, t.rows, t.bytes, t.all, t.last = schema, nil, 0, nil, nil
	clear(t.indexes)
	for _, row := range rows {
		t.push(row)
	}
	for i := range since {
		b := tag.NewBuilder(of, 1)
		since[i].into(b)
		t.put(since[i].came, b.Batch())
	}
	t.expire(now)
	return nil
}

func readAppended(src *state.Reader, columns int) appended {
	r := appended{came: src.Int(), at: src.Int(), values: src.Values()}
	if n := src.Count(); n > 0 {
		r.times = make([]int64, n)
		for i := range r.times {
			r.times[i] = src.Int()
		}
	}
	if len(r.values) > columns || len(r.times) > len(r.values) {
		src.Fail("row")
	}
	return r
}
