package tdengine

import (
	"cmp"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// run is rows of a batch, from from up to but not including to, that go into the
// same table.
type run struct {
	plan     *plan
	batch    *tag.Batch
	from, to int
}

// group is the rows of a request that go into one super-table, by table, each in
// order, with the columns that they need.
type group struct {
	superTable string
	tables     []*child
	byName     map[string]*child
	columns    []column // that the rows have, ours first
	byColumn   map[string]int
	slots      map[*plan][]int // for each slot of a plan its column, -1 while it has none
}

// child is a table with its rows.
type child struct {
	name string
	runs []run
	rows int
}

// groups divides a request by super-table, in the order of the first row of
// each. Gaps are left out.
func (p *poster) groups(ds []sinks.Delivery) []*group {
	g := grouping{poster: p, byName: map[string]*group{}}
	for _, d := range ds {
		if d.Batch == nil {
			continue
		}
		plan := p.plan(d.Batch.Schema(), cmp.Or(d.Batch.Identity(0).Site, p.site))
		step := 1
		if plan.superTable.IsConstant() && plan.table.IsConstant() {
			step = d.Batch.Len()
		}
		for i := 0; i < d.Batch.Len(); i += step {
			g.add(run{plan: plan, batch: d.Batch, from: i, to: i + step})
		}
	}
	return g.all
}

// grouping is groups while they are made.
type grouping struct {
	*poster
	all    []*group
	byName map[string]*group
	name   []byte
}

// add puts rows to their group, which it makes where there is none.
func (g *grouping) add(r run) {
	g.name = r.plan.superTable.AppendRow(g.name[:0], r.batch.Row(r.from))
	to := g.byName[string(g.name)]
	if to == nil {
		to = newGroup(legal(string(g.name), longestTable))
		g.byName[string(g.name)] = to
		g.all = append(g.all, to)
	}
	g.name = r.plan.table.AppendRow(g.name[:0], r.batch.Row(r.from))
	to.add(tableName(string(g.name)), r, g.options.TextWidth)
}

// Places of the columns that are ours in a group.
const (
	atIncarnation = iota
	atQuality
	atHistorical
)

func newGroup(superTable string) *group {
	g := &group{superTable: superTable, byName: map[string]*child{}, byColumn: map[string]int{}, slots: map[*plan][]int{}}
	g.addColumn(column{name: columnIncarnation, kind: "BIGINT"})
	g.addColumn(column{name: columnQuality, kind: "VARCHAR", width: qualityWidth})
	g.addColumn(column{name: columnHistorical, kind: "BOOL"})
	return g
}

func (g *group) addColumn(c column) (at int) {
	at = len(g.columns)
	g.byColumn[c.name] = at
	g.columns = append(g.columns, c)
	return at
}

// add puts rows to their table and sees to it that their values have columns.
func (g *group) add(table string, r run, textWidth int) {
	t := g.byName[table]
	if t == nil {
		t = &child{name: table}
		g.byName[table] = t
		g.tables = append(g.tables, t)
	}
	t.runs = append(t.runs, r)
	t.rows += r.to - r.from
	slots := g.slots[r.plan]
	if slots == nil {
		slots = make([]int, len(r.plan.names))
		for slot := range slots {
			slots[slot] = noColumn
		}
		g.slots[r.plan] = slots
	}
	for slot := range slots {
		if r.plan.names[slot] != "" {
			slots[slot] = g.need(r, slot, slots[slot], textWidth)
		}
	}
	for i := r.from; i < r.to; i++ {
		if n := len(qualityOf(r, i)); n > g.columns[atQuality].width {
			g.widen(atQuality, n)
		}
	}
}

const noColumn = -1

// need sees to it that the values of a slot have a column that is wide enough.
func (g *group) need(r run, slot, at, textWidth int) int {
	if at == noColumn {
		first, ok := r.first(slot)
		if !ok {
			return noColumn
		}
		known, found := g.byColumn[r.plan.names[slot]]
		if at = known; !found {
			c := columnOf(r.plan.schema.Field(slot).Name, r.plan.schema.Field(slot).Kind, first, textWidth)
			c.name = r.plan.names[slot]
			at = g.addColumn(c)
		}
	}
	if g.columns[at].width == 0 {
		return at
	}
	for i := r.from; i < r.to; i++ {
		if v := r.batch.Row(i)[slot]; !v.IsNull() {
			if n := lengthOf(v); n > g.columns[at].width {
				g.widen(at, n)
			}
		}
	}
	return at
}

// first is the first value of a slot that tells what its column is.
func (r run) first(slot int) (tag.Value, bool) {
	kind := r.plan.schema.Field(slot).Kind
	for i := r.from; i < r.to; i++ {
		v := r.batch.Row(i)[slot]
		if v.Kind() != tag.Absent && (kind != tag.Absent && kind != tag.Null || !v.IsNull()) {
			return v, true
		}
	}
	return tag.Value{}, false
}

// widen makes a column of text as wide as the next power of two.
func (g *group) widen(at, length int) {
	c := &g.columns[at]
	for c.width < length && c.width < widestText {
		c.width *= 2
	}
	c.width = min(c.width, widestText)
}

func lengthOf(v tag.Value) int {
	switch v.Kind() {
	case tag.String:
		return len(v.Str())
	case tag.Bytes:
		return len(v.Bytes())
	default:
		return len(textOf(v))
	}
}
