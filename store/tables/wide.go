package tables

import (
	"fmt"
	"slices"
	"strings"

	"modernc.org/sqlite/vtab"

	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/walk"
)

// maxColumns is how many columns SQLite gives a table.
const maxColumns = 1900

// wide is a table with a column per field: that of a stream, or of a device
// with all its groups, where a row has the fields of its group.
type wide struct {
	called  string
	parts   []*catalog.Stream
	columns []wideColumn
}

// wideColumn is a field, or the quality of one, in a part.
type wideColumn struct {
	name    string
	part    int
	field   string
	quality bool
}

// Columns before those of the fields.
const (
	wideTime = iota
	wideNanos
	wideFields
)

func newWide(called string, parts []*catalog.Stream) *wide {
	w := &wide{called: called, parts: parts}
	taken := map[string]bool{"ts": true, "ts_ns": true}
	for part, s := range parts {
		for _, f := range s.Fields {
			w.columns = append(w.columns, wideColumn{name: free(taken, f.Name), part: part, field: f.Name})
		}
	}
	if len(w.columns) > maxColumns/2 { // so many have no qualities here: samples has them
		w.columns = w.columns[:min(len(w.columns), maxColumns)]
		return w
	}
	for _, c := range slices.Clone(w.columns) {
		w.columns = append(w.columns, wideColumn{name: free(taken, c.name+"__quality"), part: c.part, field: c.field, quality: true})
	}
	return w
}

// free returns a name that no column has yet, whatever the case of its letters.
func free(taken map[string]bool, wanted string) string {
	name := wanted
	for n := 2; taken[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s_%d", wanted, n)
	}
	taken[strings.ToLower(name)] = true
	return name
}

func (w *wide) name() string { return w.called }

func (w *wide) streams() (names []string) {
	for _, p := range w.parts {
		names = append(names, p.Name)
	}
	return names
}

func (w *wide) declare() string {
	var b strings.Builder
	b.WriteString("CREATE TABLE x(ts TEXT, ts_ns INTEGER HIDDEN")
	for _, c := range w.columns {
		b.WriteString(", " + quoted(c.name))
		if c.quality {
			b.WriteString(" TEXT HIDDEN")
		}
	}
	return b.String() + ")"
}

func (w *wide) shape() shape {
	return shape{times: []int{wideTime}, exact: []int{wideNanos}, ordered: true}
}

func (w *wide) open(s *session) source { return &wideScan{table: w, session: s} }

// wideScan is a scan of a wide table: the rows of its parts by time.
type wideScan struct {
	table   *wide
	session *session
	used    uint64
	heads   []*head
	fields  [][]string // that the walker of a part reads
	current int        // the part whose row it is, or -1
	back    bool
}

func (w *wideScan) begin(f filter) error {
	if w.heads == nil || w.used != f.used {
		w.walk(&f)
	}
	if w.back = f.back; f.empty {
		w.current = -1
		return nil
	}
	for _, h := range w.heads {
		if err := h.begin(w.session.ctx, f.span, f.back); err != nil {
			return err
		}
	}
	w.choose()
	return nil
}

// walk makes walkers that read what is used.
func (w *wideScan) walk(f *filter) {
	w.used, w.heads = f.used, make([]*head, len(w.table.parts))
	w.fields = make([][]string, len(w.table.parts))
	for i, c := range w.table.columns {
		if f.reads(i+wideFields) && !slices.Contains(w.fields[c.part], c.field) {
			w.fields[c.part] = append(w.fields[c.part], c.field)
		}
	}
	for i, part := range w.table.parts {
		if len(w.fields[i]) == 0 {
			w.fields[i] = []string{walk.NoFields}
		}
		w.heads[i] = &head{walker: walk.New(w.session.options.Source, part.Name, w.fields[i])}
	}
}

// choose takes the part whose row comes next.
func (w *wideScan) choose() {
	w.current = -1
	for i, h := range w.heads {
		if h.done {
			continue
		}
		if w.current < 0 || h.time() < w.heads[w.current].time() != w.back && h.time() != w.heads[w.current].time() {
			w.current = i
		}
	}
}

func (w *wideScan) next() error {
	if err := w.heads[w.current].next(w.session.ctx); err != nil {
		return err
	}
	w.choose()
	return nil
}

func (w *wideScan) done() bool { return w.current < 0 }

func (w *wideScan) rowid() int64 { return w.heads[w.current].identity(w.current) }

func (w *wideScan) column(col int) (vtab.Value, error) {
	h := w.heads[w.current]
	switch col {
	case wideTime:
		return formatTime(h.time()), nil
	case wideNanos:
		return h.time(), nil
	}
	c := w.table.columns[col-wideFields]
	if c.part != w.current {
		return nil, nil
	}
	i := slices.Index(w.fields[c.part], c.field)
	if i < 0 {
		return nil, fmt.Errorf("column %s was not read", c.name)
	}
	v := h.value(i)
	if c.quality {
		return qualityOf(v), nil
	}
	return sqlValue(v), nil
}
