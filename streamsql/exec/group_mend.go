package exec

import "slices"

// InHand returns the members whose evaluation was going on when Push, Tick or
// Continue panicked: one, or all of those that share the filter that did. There
// are none where the group itself is at fault, which is then not to be used any
// more.
func (g *Group) InHand() []*Member {
	w := &g.work
	switch {
	case w.band != nil && w.band.giving.on:
		return []*Member{w.band.sharing[w.band.giving.next]}
	case w.band != nil:
		return slices.Clone(w.band.members)
	case w.filter.on:
		return g.met[w.class].members
	case w.inHand != nil:
		return []*Member{w.inHand}
	default:
		return nil
	}
}

// Mend puts the members in hand in order behind a panic, as Exec.Mend does, so
// that Continue goes on behind the row in hand. It returns those for which that
// was not possible: they are to be removed.
func (g *Group) Mend(cause error) (lost []*Member) {
	if g.work.band != nil {
		return g.mendBand(cause)
	}
	inHand := g.InHand()
	for i, m := range inHand {
		if i > 0 {
			m.exec.fail(g.work.now, cause, g.work.batch, inHand[0].exec.row) // its own frame did nothing
			continue
		}
		if err := g.mend(m, cause); err != nil {
			lost = append(lost, m)
		}
	}
	w := &g.work
	if w.filter.on {
		w.filter.read++
	}
	return lost
}

func (g *Group) mend(m *Member, cause error) error {
	w := &g.work
	if m.direct == nil {
		rest := w.batch
		if w.from > 0 {
			rest = rest.Slice(w.from, rest.Len())
		}
		next, err := m.exec.Mend(w.now, rest, cause, m.emit)
		w.from += next
		if w.batch == nil {
			w.alone++ // the time is not told again
		}
		return err
	}
	err := m.exec.mend(w.now, w.batch, cause, m.emit)
	m.direct = shareable(m.exec)
	if !w.filter.on {
		w.row++
	}
	return err
}

// passOver gives up what the group was doing with a member that is removed. With
// the first member of a class goes the filter that was evaluated in its frame:
// the rows that were still to be looked at count as failed for the others.
func (g *Group) passOver(m *Member) {
	w := &g.work
	switch {
	case w.band != nil && len(w.band.members) == 1 && w.band.members[0] == m:
		w.band, w.bands = nil, w.bands+1
	case w.filter.on && g.met[w.class].members[0] == m:
		c := g.met[w.class]
		for _, other := range c.members[1:] {
			other.exec.stats.Failed += uint64(len(c.rows) - w.filter.read)
		}
		w.filter, w.member = filtering{done: true}, len(c.members)
	case w.inHand == m && m.direct == nil:
		w.alone++
	case w.inHand == m:
		w.member++
	default:
		return
	}
	w.inHand, w.from, w.row = nil, 0, 0
}
