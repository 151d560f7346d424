package trial

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// Input is pasted rows of one source.
type Input struct {
	Source string
	// Rows are a JSON array of objects, or objects one after the other.
	Rows []byte
	// Time is the field that holds a row's time, in milliseconds since the Unix
	// epoch or as RFC 3339 writes it. Empty: a row comes each Every.
	Time  string
	Every time.Duration // a second by default
}

// row is one row on its way in.
type row struct {
	at     int64
	source int
	batch  *tag.Batch
}

// Pasted runs a query over rows, whose times are the clock that it sees: windows
// close in between as they would. Rows without a time of their own come from
// start on, in nanoseconds since the Unix epoch. Rows of a lookup table are what
// it holds. An error is one of the inputs.
func Pasted(q *streamsql.Query, o streamsql.Options, start int64, inputs []Input, b Bounds) (Result, error) {
	rows, err := read(q, start, inputs)
	if err != nil {
		return Result{}, err
	}
	if o.Tables, err = Tables(q, o.Tables, start, inputs); err != nil {
		return Result{}, err
	}
	if len(rows) > 0 {
		start = min(start, rows[0].at)
		b.Duration = max(time.Duration(rows[len(rows)-1].at-start)+1, 1) // the rows end it
	}
	t := New(q, o, start, b)
	for _, r := range rows {
		if !t.wait(r.at) || !t.Push(r.at, r.source, r.batch) {
			break
		}
	}
	return t.Finish(t.now), nil
}

// wait lets the time go by until a row comes.
func (t *Trial) wait(until int64) bool {
	for due := t.NextTick(); due <= until && due < t.until; due = t.NextTick() {
		if !t.Tick(max(due, t.now)) {
			return false
		}
		if t.NextTick() <= due {
			break // a query that is always due is told the time with its rows
		}
	}
	return true
}

// Tables returns the lookup tables that a query asks: those that there are, and
// in their place those of which rows were pasted. Other inputs are passed over.
func Tables(q *streamsql.Query, known map[string]lookup.Table, start int64, inputs []Input) (map[string]lookup.Table, error) {
	tables := make(map[string]lookup.Table, len(known))
	maps.Copy(tables, known)
	for _, in := range inputs {
		_, use, err := in.find(q)
		if err != nil {
			return nil, err
		}
		if use.Kind != streamsql.LookupSource {
			continue
		}
		if tables[in.Source], err = lookup.ParseJSON(in.Source, in.Rows, start); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

// read reads the rows of all inputs but lookup tables, in the order of their
// times.
func read(q *streamsql.Query, start int64, inputs []Input) ([]row, error) {
	var rows []row
	for _, in := range inputs {
		source, use, err := in.find(q)
		if err != nil {
			return nil, err
		}
		if use.Kind == streamsql.LookupSource {
			continue
		}
		more, err := in.read(use, source, start)
		if err != nil {
			return nil, fmt.Errorf("read rows of %s: %w", in.Source, err)
		}
		rows = append(rows, more...)
	}
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.at, b.at) })
	return rows, nil
}

// find returns the input's place among the sources of a query.
func (in Input) find(q *streamsql.Query) (int, streamsql.Use, error) {
	source := slices.IndexFunc(q.Sources(), func(u streamsql.Use) bool { return u.Name == in.Source })
	if source < 0 {
		return 0, streamsql.Use{}, fmt.Errorf("read rows of %s: the query does not read it: it reads %s", in.Source, names(q))
	}
	return source, q.Sources()[source], nil
}

// Absent lists the columns that a query reads of the input and none of its rows
// has, with the name of the source: misspelt ones, mostly.
func (in Input) Absent(q *streamsql.Query) (columns []string) {
	_, use, err := in.find(q)
	if err != nil {
		return nil
	}
	objects, err := lookup.Objects(in.Rows)
	if err != nil || len(objects) == 0 {
		return nil
	}
	for _, column := range use.Columns {
		if !slices.ContainsFunc(objects, func(o *tag.Object) bool { return has(o, column) }) {
			columns = append(columns, use.Name+"."+column)
		}
	}
	return columns
}

// has reports whether an object has a column, whatever the case of its name.
func has(o *tag.Object, column string) bool {
	for i := range o.Len() {
		if name, _ := o.At(i); strings.EqualFold(name, column) {
			return true
		}
	}
	return false
}

func names(q *streamsql.Query) string {
	var all []string
	for _, use := range q.Sources() {
		all = append(all, use.Name)
	}
	return strings.Join(all, ", ")
}

func (in Input) read(use streamsql.Use, source int, start int64) ([]row, error) {
	objects, err := lookup.Objects(in.Rows)
	if err != nil {
		return nil, err
	}
	schema, err := schemaOf(use, objects)
	if err != nil {
		return nil, err
	}
	if len(objects)*schema.Len() > lookup.MaxFields {
		return nil, fmt.Errorf("%d rows of %d columns: want at most %d fields", len(objects), schema.Len(), lookup.MaxFields)
	}
	every := in.Every
	if every <= 0 {
		every = time.Second
	}
	rows := make([]row, len(objects))
	for i, o := range objects {
		at := start + int64(i)*int64(every)
		if in.Time != "" {
			if at, err = timeOf(o, in.Time); err != nil {
				return nil, fmt.Errorf("row %d: %w", i+1, err)
			}
		}
		b := tag.NewBuilder(schema, 1)
		if err := fill(b.Row(at), schema, o); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		rows[i] = row{at, source, b.Batch()}
	}
	return rows, nil
}

// schemaOf returns the schema of a source, or one of all the columns that its
// rows have.
func schemaOf(use streamsql.Use, objects []*tag.Object) (*tag.Schema, error) {
	if use.Schema != nil {
		return use.Schema, nil
	}
	var fields []tag.Field
	seen := make(map[string]bool)
	for _, o := range objects {
		for i := range o.Len() {
			if name, _ := o.At(i); !seen[name] {
				seen[name] = true
				fields = append(fields, tag.Field{Name: name})
			}
		}
	}
	if len(fields) > lookup.MaxColumns {
		return nil, fmt.Errorf("%d columns: want at most %d", len(fields), lookup.MaxColumns)
	}
	return tag.NewSchema(tag.StreamID{}, use.Name, fields...)
}

func fill(to []tag.Value, schema *tag.Schema, o *tag.Object) error {
	for i := range o.Len() {
		name, v := o.At(i)
		slot, ok := schema.Slot(name)
		if !ok {
			return fmt.Errorf("%s has no column %s", schema.Name(), name)
		}
		to[slot] = v
	}
	return nil
}

// maxMillis is beyond what nanoseconds since 1970 reach, both ways: halfway
// through the years 1824 and 2116, so that differences can be told too.
const maxMillis = math.MaxInt64 / 2 / int64(time.Millisecond)

// timeOf reads the time of a row.
func timeOf(o *tag.Object, field string) (int64, error) {
	v, _ := o.Lookup(field)
	if ms, ok := v.Int(); ok && !v.IsNull() && -maxMillis < ms && ms < maxMillis {
		return ms * int64(time.Millisecond), nil
	}
	if t, err := time.Parse(time.RFC3339Nano, v.Str()); err == nil && -maxMillis < t.UnixMilli() && t.UnixMilli() < maxMillis {
		return t.UnixNano(), nil
	}
	return 0, fmt.Errorf("field %s holds no time: want milliseconds since 1970, or a text such as 2026-01-31T12:00:00Z", field)
}
