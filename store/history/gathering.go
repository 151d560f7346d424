package history

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// gathering puts the blocks and the rows of a slot together. The rows of each
// piece follow those of the one before it; at the end they are ordered.
type gathering struct {
	query   Query
	times   []int64
	fields  []tag.Field
	byName  map[string]int
	values  [][]tag.Value
	stamps  [][]int64
	stamped []bool
}

func newGathering(q Query) *gathering {
	g := &gathering{query: q, byName: map[string]int{}}
	for _, name := range q.Fields {
		g.column(tag.Field{Name: name})
	}
	return g
}

// column returns the place of a field, with as many values as there are rows.
func (g *gathering) column(f tag.Field) int {
	i, ok := g.byName[f.Name]
	if !ok {
		i = len(g.fields)
		g.byName[f.Name] = i
		g.fields = append(g.fields, f)
		g.values = append(g.values, nil)
		g.stamps = append(g.stamps, nil)
		g.stamped = append(g.stamped, false)
	}
	if g.fields[i].Kind == tag.Absent {
		g.fields[i] = f
	}
	return i
}

// extend adds rows at times, without values.
func (g *gathering) extend(times []int64) (from int) {
	from = len(g.times)
	g.times = append(g.times, times...)
	g.even()
	return from
}

// even makes all columns as long as there are rows.
func (g *gathering) even() {
	for i := range g.values {
		for len(g.stamps[i]) < len(g.times) {
			at := len(g.stamps[i])
			g.stamps[i] = append(g.stamps[i], g.times[at:]...)
		}
		if n := len(g.times) - len(g.values[i]); n > 0 {
			g.values[i] = append(g.values[i], make([]tag.Value, n)...)
		}
	}
}

// addBlock adds the rows of a block. One whose times are damaged adds none; a
// field that is damaged is absent.
func (g *gathering) addBlock(u *unpacker, b rawBlock) error {
	times, err := b.times(u)
	if err != nil {
		return err
	}
	from := g.extend(times)
	for _, p := range b.parts {
		if p.kind == timesPart {
			continue
		}
		i := g.column(b.fields[p.field])
		g.even()
		if failed := g.addPart(u, p, i, from); failed != nil {
			err = failed
		}
	}
	return err
}

func (g *gathering) addPart(u *unpacker, p rawPart, column, from int) error {
	r, err := p.reader(u)
	if err != nil {
		return err
	}
	if p.kind == valuesPart {
		r.Column(g.values[column][from:])
		if r.Err() != nil {
			clear(g.values[column][from:])
		}
		return r.Err()
	}
	for i := from; i < len(g.times); i++ {
		g.stamps[column][i] += r.Varint()
	}
	g.stamped[column] = true
	return r.Err()
}

// addRows adds rows from memory.
func (g *gathering) addRows(rows []rowRef) {
	if len(rows) == 0 {
		return
	}
	c := columns{rows: rows}
	from := g.extend(c.times())
	for _, f := range c.fields() {
		if len(g.query.Fields) > 0 && !slices.Contains(g.query.Fields, f.Name) {
			continue
		}
		i := g.column(f)
		g.even()
		if c.values(f.Name, g.values[i][from:], g.stamps[i][from:]) {
			g.stamped[i] = true
		}
	}
}

// chunk returns the rows within the query, ordered by time.
func (g *gathering) chunk() Chunk {
	c := Chunk{Fields: g.fields, Stamps: make([][]int64, len(g.fields))}
	order := g.order()
	c.Times = reordered(g.times, order)
	for i := range g.fields {
		c.Values = append(c.Values, reordered(g.values[i], order))
		if g.stamped[i] {
			c.Stamps[i] = reordered(g.stamps[i], order)
		}
	}
	return c
}

// order returns the places of the rows within the query by time, or nil where
// all rows are within it and in order.
func (g *gathering) order() []int {
	within := func(t int64) bool { return t >= g.query.From && t < g.query.To }
	if slices.IsSorted(g.times) && (len(g.times) == 0 || within(g.times[0]) && within(g.times[len(g.times)-1])) {
		return nil
	}
	order := make([]int, 0, len(g.times))
	for i, t := range g.times {
		if within(t) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case g.times[a] < g.times[b]:
			return -1
		case g.times[a] > g.times[b]:
			return 1
		default:
			return 0
		}
	})
	return order
}

func reordered[T any](all []T, order []int) []T {
	if order == nil {
		return all
	}
	picked := make([]T, len(order))
	for i, from := range order {
		picked[i] = all[from]
	}
	return picked
}
