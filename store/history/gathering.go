package history

import (
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// gathering puts the blocks of a slot together. The rows of each follow those
// of the one before it; at the end they are ordered.
type gathering struct {
	query  Query
	times  []int64
	fields []tag.Field
	byName map[string]int
	values [][]tag.Value
	stamps [][]int64 // nil while no value has a time of its own
	room   int       // rows that are expected
}

func newGathering(q Query) *gathering {
	g := &gathering{query: q, byName: map[string]int{}}
	for _, name := range q.Fields {
		g.column(tag.Field{Name: name})
	}
	return g
}

// reserve makes room for the rows of blocks.
func (g *gathering) reserve(blocks []rawBlock) {
	for i := range blocks {
		g.room = min(g.room+blocks[i].rows, codec.MaxCells)
	}
	g.times = make([]int64, 0, g.room)
}

// column returns the place of a field.
func (g *gathering) column(f tag.Field) int {
	i, ok := g.byName[f.Name]
	if !ok {
		i = len(g.fields)
		g.byName[f.Name] = i
		g.fields = append(g.fields, f)
		g.values = append(g.values, nil)
		g.stamps = append(g.stamps, nil)
	}
	if g.fields[i].Kind == tag.Absent {
		g.fields[i] = f
	}
	return i
}

// valuesTo returns the values of a field, as many as rows.
func (g *gathering) valuesTo(column, rows int) []tag.Value {
	values := g.values[column]
	if values == nil {
		values = make([]tag.Value, 0, max(g.room, rows))
	}
	g.values[column] = grown(values, rows)
	return g.values[column]
}

// grown returns a slice of a length at least, zero where it was not before.
func grown[T any](all []T, n int) []T {
	if len(all) >= n {
		return all
	}
	from := len(all)
	all = slices.Grow(all, n-from)[:n]
	clear(all[from:])
	return all
}

// stampsTo returns the times of the values of a field, as many as rows: where
// none was known, that of the row.
func (g *gathering) stampsTo(column, rows int) []int64 {
	at := len(g.stamps[column])
	g.stamps[column] = append(g.stamps[column], g.times[at:rows]...)
	return g.stamps[column]
}

// addBlock adds the rows of a block. One whose times are damaged adds none; a
// field that is damaged is absent.
func (g *gathering) addBlock(u *unpacker, b *rawBlock) error {
	from := len(g.times)
	rows := from + b.rows
	g.times = grown(g.times, rows)
	if err := b.times(u, g.times[from:]); err != nil {
		g.times = g.times[:from]
		return err
	}
	var damage error
	for i := range b.parts {
		p := &b.parts[i]
		if p.kind != valuesPart && p.kind != stampsPart {
			continue
		}
		if err := g.addPart(u, p, g.column(b.fields[p.field]), from, rows); err != nil {
			damage = err
		}
	}
	if b.find(positionsPart) != nil {
		return g.dropApplied(u, b, from)
	}
	return damage
}

func (g *gathering) addPart(u *unpacker, p *rawPart, column, from, rows int) error {
	r, err := p.reader(u)
	if err != nil {
		return err
	}
	if p.kind == valuesPart {
		values := g.valuesTo(column, rows)[from:]
		if r.Series(values); r.Err() != nil {
			clear(values)
		}
		return r.Err()
	}
	distances := make([]int64, rows-from)
	if r.Integers(distances); r.Err() != nil {
		return r.Err()
	}
	stamps := g.stampsTo(column, rows)[from:]
	for i, d := range distances {
		stamps[i] += d
	}
	return nil
}

// dropApplied takes out the rows, from one on, that the shard has.
func (g *gathering) dropApplied(u *unpacker, b *rawBlock, from int) error {
	positions := make([]int64, b.rows)
	if err := b.integers(positionsPart, u, positions); err != nil {
		return err
	}
	g.even()
	kept := from
	for i, position := range positions {
		if uint64(position) <= b.applied {
			continue
		}
		g.move(kept, from+i)
		kept++
	}
	g.times = g.times[:kept]
	for i := range g.fields {
		g.values[i] = g.values[i][:kept]
		g.stamps[i] = g.stamps[i][:min(kept, len(g.stamps[i]))]
	}
	return nil
}

func (g *gathering) move(to, from int) {
	g.times[to] = g.times[from]
	for i := range g.fields {
		g.values[i][to] = g.values[i][from]
		if g.stamps[i] != nil {
			g.stamps[i][to] = g.stamps[i][from]
		}
	}
}

// even makes all columns as long as there are rows.
func (g *gathering) even() {
	for i := range g.fields {
		g.valuesTo(i, len(g.times))
		if g.stamps[i] != nil {
			g.stampsTo(i, len(g.times))
		}
	}
}

// chunk returns the rows within the query, ordered by time.
func (g *gathering) chunk() Chunk {
	g.even()
	c := Chunk{Fields: g.fields, Values: make([][]tag.Value, len(g.fields)), Stamps: make([][]int64, len(g.fields))}
	if slices.IsSorted(g.times) {
		g.cut(&c)
		return c
	}
	order := g.order()
	c.Times = reordered(g.times, order)
	for i := range g.fields {
		c.Values[i] = reordered(g.values[i], order)
		if g.stamps[i] != nil {
			c.Stamps[i] = reordered(g.stamps[i], order)
		}
	}
	return c
}

// cut takes the rows within the query, which are in order.
func (g *gathering) cut(c *Chunk) {
	from, _ := slices.BinarySearch(g.times, g.query.From)
	to, _ := slices.BinarySearch(g.times, g.query.To)
	c.Times = g.times[from:to:to]
	for i := range g.fields {
		c.Values[i] = g.values[i][from:to:to]
		if g.stamps[i] != nil {
			c.Stamps[i] = g.stamps[i][from:to:to]
		}
	}
}

// order returns the places of the rows within the query by time.
func (g *gathering) order() []int {
	order := make([]int, 0, len(g.times))
	for i, t := range g.times {
		if t >= g.query.From && t < g.query.To {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(g.times[a], g.times[b]) })
	return order
}

func reordered[T any](all []T, order []int) []T {
	picked := make([]T, len(order))
	for i, from := range order {
		picked[i] = all[from]
	}
	return picked
}
