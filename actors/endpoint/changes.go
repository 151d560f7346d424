package endpoint

import (
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// changed makes a batch of what a device has sent: what is absent has not changed, and keeps its own time.
func (g *group) changed(row protocols.Row, at int64) *tag.Batch {
	for slot, v := range row.Values {
		if v.Kind() == tag.Absent {
			continue
		}
		g.last[slot], g.times[slot] = v, row.Stamps[slot]
		if g.times[slot] == 0 {
			g.times[slot] = at
		}
	}
	g.stale = false
	return g.again(at)
}

// again makes a batch of the last values, each with its own time. What has never come is waited for.
func (g *group) again(at int64) *tag.Batch {
	values := g.rows.Row(at)
	copy(values, g.last)
	for slot, t := range g.config.Tags {
		if values[slot].Kind() == tag.Absent && t.Access.Readable() {
			values[slot] = tag.NullOf(tag.BadWaiting)
		}
		if g.times[slot] != 0 {
			g.rows.Stamp(slot, g.times[slot])
		}
	}
	g.bad = false
	return g.rows.Batch()
}

// missed makes a batch of what a device has kept of the time when nobody was connected. It changes nothing that is
// known of now.
func (g *group) missed(row protocols.Row, at int64) *tag.Batch {
	newest := int64(0)
	for _, t := range row.Stamps {
		newest = max(newest, t)
	}
	if newest == 0 {
		newest = at
	}
	copy(g.rows.Row(newest), row.Values)
	for slot, t := range row.Stamps {
		if t != 0 {
			g.rows.Stamp(slot, t)
		}
	}
	return g.rows.Derived(row.Origin, 0)
}

// forget makes the last values Bad, so that none of them is taken for one of the next session.
func (g *group) forget(q tag.Quality) {
	g.stale = true
	for slot, v := range g.last {
		if v.Kind() != tag.Absent {
			g.last[slot] = v.WithQuality(q)
		}
	}
}
