package tdengine

import (
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// row is a record on its way into a table.
type row struct {
	plan  *plan
	batch *tag.Batch
	at    int
}

func (r row) values() []tag.Value { return r.batch.Row(r.at) }

// group is the rows of a request that go into one super-table, by table, each in
// order, with the columns that they need.
type group struct {
	superTable string
	tables     []*child
	byName     map[string]*child
	columns    []column // that the rows have, ours included
	byColumn   map[string]int
}

// child is a table with its rows.
type child struct {
	name string
	rows []row
}

// groups divides a request by super-table, in the order of the first row of
// each. Gaps are left out.
func (p *poster) groups(ds []sinks.Delivery) []*group {
	var all []*group
	byName := map[string]*group{}
	for _, d := range ds {
		if d.Batch == nil {
			continue
		}
		plan := p.plan(d.Batch.Schema())
		var name []byte
		for i := range d.Batch.Len() {
			name = plan.superTable.AppendRow(name[:0], d.Batch.Row(i))
			g := byName[string(name)]
			if g == nil {
				g = newGroup(legal(string(name), longestTable))
				byName[string(name)] = g
				all = append(all, g)
			}
			g.add(row{plan: plan, batch: d.Batch, at: i}, p.options.TextWidth)
		}
	}
	return all
}

func newGroup(superTable string) *group {
	g := &group{superTable: superTable, byName: map[string]*child{}, byColumn: map[string]int{}}
	for _, c := range []column{
		{name: columnIncarnation, kind: "BIGINT"}, {name: columnQuality, kind: "VARCHAR", width: qualityWidth}, {name: columnHistorical, kind: "BOOL"},
	} {
		g.byColumn[c.name] = len(g.columns)
		g.columns = append(g.columns, c)
	}
	return g
}

// add puts a row to its table and sees to it that its values have columns.
func (g *group) add(r row, textWidth int) {
	name := tableName(string(r.plan.table.AppendRow(nil, r.values())))
	t := g.byName[name]
	if t == nil {
		t = &child{name: name}
		g.byName[name] = t
		g.tables = append(g.tables, t)
	}
	t.rows = append(t.rows, r)
	for slot, v := range r.values() {
		if v.Kind() == tag.Absent || r.plan.names[slot] == "" {
			continue
		}
		g.need(r.plan.names[slot], r.plan.schema.Field(slot).Kind, v, textWidth)
	}
	if q := qualityOf(r); len(q) > g.columns[g.byColumn[columnQuality]].width {
		g.widen(columnQuality, len(q))
	}
}

// need asks for a column, wide enough for a value.
func (g *group) need(name string, kind tag.Kind, v tag.Value, textWidth int) {
	i, ok := g.byColumn[name]
	if !ok {
		if v.IsNull() && (kind == tag.Absent || kind == tag.Null) {
			return // what it will be is not known yet
		}
		c := columnOf(name, kind, v, textWidth)
		c.name = name
		i = len(g.columns)
		g.byColumn[name] = i
		g.columns = append(g.columns, c)
	}
	if c := &g.columns[i]; c.width > 0 && !v.IsNull() {
		if n := lengthOf(v); n > c.width {
			g.widen(name, n)
		}
	}
}

// widen makes a column of text as wide as the next power of two.
func (g *group) widen(name string, length int) {
	c := &g.columns[g.byColumn[name]]
	for c.width < length && c.width < widestText {
		c.width *= 2
	}
	c.width = min(c.width, widestText)
}

func lengthOf(v tag.Value) int {
	if v.Kind() == tag.Bytes {
		return len(v.Bytes())
	}
	return len(textOf(v))
}
