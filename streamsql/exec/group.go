package exec

import (
	"slices"
)

// Group runs many queries over one stream. Each batch goes through all of them,
// but what they have in common is done once:
//
//   - filters that are equal are evaluated once for a row;
//   - of filters that compare a column with a constant, only those are looked at
//     that a row can meet: they stand in an index over that column;
//   - windows that hold the same are evaluated once, with the aggregates of all.
//
// So a row costs what it meets, and not what there is: ten thousand rules that
// each watch for one value cost about as much as one. Queries that nothing can be
// shared of (joins, analytic functions) are pushed to as they would be alone.
//
// A Group has one owner, which is also that of its queries. What is pushed
// through the group must not be pushed to them directly, and a query that is to
// End is removed first. Snapshot, Stats and NextTick of a query are as they would
// be alone.
//
// A panic of one query costs the others nothing, if whoever catches it asks
// InHand, mends or removes those members, and calls Continue.
type Group struct {
	members []*Member
	classes []*class
	alone   []*Member // those that share nothing, or not yet
	bands   []*band   // of those that share windows
	index   index
	stale   bool // the classes are to be made anew
	rows    uint64
	met     []*class  // by rows of the batch in hand, used again
	open    []*Member // those that are watched and have given something
	work    work
}

// Member is a query in a group.
type Member struct {
	group  *Group
	exec   *Exec
	source int
	emit   Emit
	direct *direct // where it can share; nil otherwise
	joined uint64  // rows of the group when it began to share

	key     string // of the band that it may be in; empty: none
	band    *band  // that it is in; nil: none
	shares  bool   // the band evaluates its windows
	counted Emit   // emit, where a band calls it

	watch *watch // nil: nobody asks what it does not give
}

// NewGroup returns a group without members.
func NewGroup() *Group { return &Group{} }

// Add makes a query that has seen no row yet a member. source is the place of
// the group's stream among its sources; emit takes its output.
func (g *Group) Add(e *Exec, source int, emit Emit) *Member {
	m := &Member{group: g, exec: e, source: source, emit: e.counted(emit), direct: shareable(e), joined: g.rows, key: bandKey(e)}
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
	g.passOver(m)
	if b := m.band; b != nil {
		b.members = slices.DeleteFunc(b.members, func(other *Member) bool { return other == m })
		if err := b.release(m); err != nil {
			m.exec.fail(g.work.now, err, nil, noRow) // what it gives from now on begins anew
		}
		m.band = nil
	}
	if m.exec.shared != nil {
		m.exec.stats.RowsIn += m.exec.shared()
		m.exec.shared = nil
	}
	g.members = slices.DeleteFunc(g.members, func(other *Member) bool { return other == m })
	g.open = slices.DeleteFunc(g.open, func(other *Member) bool { return other == m })
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
	if !ok || !d.plan.Shares() {
		return nil
	}
	return d
}

// sort puts members of equal filters into classes and those into the index.
func (g *Group) sort() {
	g.stale, g.classes, g.alone = false, nil, nil
	g.sortBands()
	byKey := make(map[string]*class)
	for _, m := range g.members {
		if m.direct == nil {
			if !m.shares {
				g.alone = append(g.alone, m)
			}
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
