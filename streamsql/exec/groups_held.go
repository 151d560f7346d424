package exec

import "github.com/holdfast-edge/holdfast/streamsql/fn"

// size returns about how many octets a group takes for which these rows stand.
func (g *groups) size(at *group, rows []*record) int {
	size := groupOverhead + len(at.key)
	if g.owns {
		for _, r := range rows {
			if r != nil {
				size += r.weigh()
			}
		}
	}
	return size
}

// room returns why one more group cannot be kept, nil where it can.
func (g *groups) room(added *group, rows []*record) error {
	switch {
	case len(g.byKey) >= g.staged.exec.options.states():
		return g.staged.exec.options.errTooMany()
	case !g.fits(added, rows):
		return g.held.tooManyGroups()
	default:
		return nil
	}
}

// fits reports whether there is room for a group for which these rows stand. A
// sliding window makes room itself, by its oldest rows.
func (g *groups) fits(at *group, rows []*record) bool {
	if g.held == nil || g.staged.windows.slides {
		return true
	}
	more := g.size(at, rows) - at.octets
	return more <= 0 || g.held.octets+more <= g.held.limit
}

// count counts a group that is new.
func (g *groups) count(added *group) {
	if g.held != nil {
		added.octets = g.size(added, added.row)
		g.held.octets += added.octets
	}
}

// discount counts a group that goes, and what its aggregates have counted.
func (g *groups) discount(at *group) {
	if g.held != nil {
		g.held.octets -= at.octets
	}
	for _, a := range at.aggregates {
		release(a)
	}
}

// release counts what an aggregate keeps as gone.
func release(a fn.Aggregate) {
	if d, ok := a.(*distinct); ok {
		d.release()
	}
}

// newAggregates returns empty states of the aggregates, which count into what the
// groups count into.
func (g *groups) newAggregates() []fn.Aggregate {
	states := make([]fn.Aggregate, len(g.staged.plan.Aggregates))
	for i := range states {
		states[i] = g.newAggregate(i)
	}
	return states
}

func (g *groups) newAggregate(i int) fn.Aggregate {
	a := g.staged.newAggregate(i)
	if d, ok := a.(*distinct); ok {
		d.held = g.held
	}
	return a
}

// release counts all groups as gone.
func (g *groups) release() {
	for _, at := range g.byKey {
		g.discount(at)
	}
	g.byKey, g.list = nil, nil
}
