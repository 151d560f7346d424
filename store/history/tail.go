package history

import (
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// rowRef is one row of a batch.
type rowRef struct {
	batch    *tag.Batch
	row      int
	position uint64 // of the batch in the log
}

// incarnation returns the life of the log that the row is of.
func (r rowRef) incarnation() uint64 { return r.batch.Identity(r.row).Incarnation }

func (r rowRef) time() int64 { return r.batch.Time(r.row) }

// tail is the rows of one stream that are not written yet, in the order in
// which they came.
type tail struct {
	schema *tag.Schema // the last one
	rows   []held
}

// within returns the rows with times from from up to but not including to, in
// the order in which they came.
func (t *tail) within(from, to int64) []rowRef {
	var found []rowRef
	for i := range t.rows {
		if at := t.rows[i].at; at >= from && at < to {
			found = append(found, t.rows[i].row())
		}
	}
	return found
}

// has reports whether there are rows with such times.
func (t *tail) has(from, to int64) bool {
	return slices.ContainsFunc(t.rows, func(h held) bool { return h.at >= from && h.at < to })
}

// without takes the rows with such times out, and returns how many they are and how many values they have, present or
// not.
func (t *tail) without(from, to int64) (rows, values int) {
	kept := t.rows[:0]
	for _, h := range t.rows {
		if h.at < from || h.at >= to {
			kept = append(kept, h)
			continue
		}
		rows++
		values += h.schema.Len()
	}
	clear(t.rows[len(kept):])
	t.rows = kept
	return rows, values
}

// sortRows orders rows by time. Rows of one time stay as they are.
func sortRows(rows []rowRef) {
	byTime := func(a, b rowRef) int { return cmp.Compare(a.time(), b.time()) }
	if !slices.IsSortedFunc(rows, byTime) {
		slices.SortStableFunc(rows, byTime)
	}
}

// columns gives the values of rows by field, across schemas.
type columns struct {
	rows []rowRef
	of   *tag.Schema // that the field was last looked up in
	at   int         // where it is in there
}

// times returns the times of the rows.
func (c *columns) times() []int64 {
	times := make([]int64, len(c.rows))
	for i, r := range c.rows {
		times[i] = r.time()
	}
	return times
}

// fields returns the fields that the rows have, in the order of their schemas. Rows of one schema have its own, not to
// be changed.
func (c *columns) fields() []tag.Field {
	if len(c.rows) > 0 {
		one := c.rows[0].batch.Schema()
		if !slices.ContainsFunc(c.rows, func(r rowRef) bool { return r.batch.Schema() != one }) {
			return one.Fields()
		}
	}
	var fields []tag.Field
	seen := map[string]bool{}
	done := map[*tag.Schema]bool{}
	for _, r := range c.rows {
		schema := r.batch.Schema()
		if done[schema] {
			continue
		}
		done[schema] = true
		for slot := range schema.Len() {
			if f := schema.Field(slot); !seen[f.Name] {
				seen[f.Name] = true
				fields = append(fields, f)
			}
		}
	}
	return fields
}

// slot returns the place of a field in the schema of a row, or -1.
func (c *columns) slot(r rowRef, field string) int {
	schema := r.batch.Schema()
	if schema == c.of {
		return c.at
	}
	slot, ok := schema.Slot(field)
	if !ok {
		slot = -1
	}
	c.of, c.at = schema, slot
	return slot
}

// values fills in the values of a field, and their own times where any row has
// such.
func (c *columns) values(field string, values []tag.Value, stamps []int64) (stamped bool) {
	c.of = nil
	for i, r := range c.rows {
		slot := c.slot(r, field)
		values[i], stamps[i] = tag.Value{}, r.time()
		if slot < 0 {
			continue
		}
		values[i] = r.batch.Row(r.row)[slot]
		if r.batch.HasValueTimes() {
			stamps[i] = r.batch.ValueTime(r.row, slot)
			stamped = stamped || stamps[i] != r.time()
		}
	}
	return stamped
}
