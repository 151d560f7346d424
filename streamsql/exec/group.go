package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

// Group runs many queries over one stream. Each batch goes through all of them,
// but what they have in common is done once:
//
//   - filters that are equal are evaluated once for a row;
//   - of filters that compare a column with a constant, only those are looked at
//     that a row can meet: they stand in an index over that column.
//
// So a row costs what it meets, and not what there is: ten thousand rules that
// each watch for one value cost about as much as one. Queries that see every row
// (windows, joins, analytic functions) are pushed to as they would be alone.
//
// A Group has one owner, which is also that of its queries. What is pushed
// through the group must not be pushed to them directly.
type Group struct {
	members []*Member
	classes []*class
	index   index
	stale   bool // the classes are to be made anew
	rows    uint64
	met     []*class // by rows of the batch in hand, used again
}

// Member is a query in a group.
type Member struct {
	exec   *Exec
	source int
	emit   Emit
	direct *direct // where it can share; nil otherwise
	joined uint64  // rows of the group when it came
}

// NewGroup returns a group without members.
func NewGroup() *Group { return &Group{} }

// Add makes a query that has seen no row yet a member. source is the place of
// the group's stream among its sources; emit takes its output.
func (g *Group) Add(e *Exec, source int, emit Emit) *Member {
	m := &Member{exec: e, source: source, emit: e.counted(emit), direct: shareable(e), joined: g.rows}
	if m.direct != nil {
		e.shared = func() uint64 { return g.rows - m.joined }
	} else {
		m.emit = emit
	}
	g.members = append(g.members, m)
	g.stale = true
	return m
}

// Remove takes a member out. Its query goes on where it stands.
func (g *Group) Remove(m *Member) {
	if m.exec.shared != nil {
		m.exec.stats.RowsIn += m.exec.shared()
		m.exec.shared = nil
	}
	g.members = slices.DeleteFunc(g.members, func(other *Member) bool { return other == m })
	g.stale = true
}

// Len returns the number of members.
func (g *Group) Len() int { return len(g.members) }

// shareable returns the running SELECT of a query that is one without a memory
// over one stream, and nil for any other.
func shareable(e *Exec) *direct {
	if len(e.arms) != 1 {
		return nil
	}
	d, ok := e.arms[0].(*direct)
	if !ok || len(d.before) > 0 || d.plan.Filter != nil && d.plan.Filter.Varies {
		return nil
	}
	return d
}

// Push gives a batch of the stream to all members. now is when it is processed.
//
// First the index tells for each row which classes it can meet; then each class
// goes through its rows, and each of its members through those that pass, so
// that a member's memory is touched once for a batch.
func (g *Group) Push(now int64, b *tag.Batch) {
	if g.stale {
		g.sort()
	}
	g.rows += uint64(b.Len())
	for _, m := range g.members {
		if m.direct == nil {
			m.exec.Push(now, m.source, b, m.emit)
		}
	}
	g.index.bind(b.Schema())
	g.met = g.index.candidates(g.met[:0], b)
	for _, c := range g.met {
		g.run(now, c, b)
		c.rows = c.rows[:0]
	}
	for _, c := range g.index.always {
		c.rows = appendAll(c.rows[:0], b.Len())
		g.run(now, c, b)
	}
}

func appendAll(rows []int32, n int) []int32 {
	for i := range n {
		rows = append(rows, int32(i))
	}
	return rows
}

// run gives the rows of a class to its members.
func (g *Group) run(now int64, c *class, b *tag.Batch) {
	if c.filter != nil {
		c.rows = c.pass(now, b)
	}
	if len(c.rows) == 0 {
		return
	}
	for _, m := range c.members {
		m.run(now, c.rows, b)
	}
}

// pass evaluates the filter once for each row, in the frame of the first member,
// and returns the rows that pass. An error is that of all members.
func (c *class) pass(now int64, b *tag.Batch) []int32 {
	first := c.members[0]
	f := first.direct.ready(now, b)
	passed := c.rows[:0]
	for _, i := range c.rows {
		first.direct.stand(b, int(i))
		if c.filter.Holds(f) && !f.Failed() {
			passed = append(passed, i)
		}
		if err := f.Err(); err != nil {
			for _, m := range c.members {
				m.exec.fail(now, err, b, int(i))
			}
		}
	}
	return passed
}

// run gives rows that passed to the select list of a member.
func (m *Member) run(now int64, rows []int32, b *tag.Batch) {
	d := m.direct
	f := d.ready(now, b)
	for _, i := range rows {
		d.stand(b, int(i))
		d.give(b, int(i))
		if f.Failed() {
			m.exec.fail(now, f.Err(), b, int(i))
		}
	}
	d.output.flush(b.Origin(), b.Hops()+1, m.emit)
}

// sort puts members of equal filters into classes and those into the index.
func (g *Group) sort() {
	g.stale, g.classes = false, nil
	byKey := make(map[string]*class)
	for _, m := range g.members {
		if m.direct == nil {
			continue
		}
		p := m.direct.plan
		c := byKey[p.FilterKey]
		if c == nil || p.FilterKey == "" {
			c = newClass(p)
			g.classes = append(g.classes, c)
			byKey[p.FilterKey] = c
		}
		c.members = append(c.members, m)
	}
	g.index = newIndex(g.classes)
}

// columnName returns the name of a column of the layout.
func columnName(p *plan.Select, column int) string { return p.Columns[column].Name }
