package endpoint

import (
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// changed makes a batch of what a device has sent: what is absent has not changed, and keeps its own time.
func (g *group) changed(row protocols.Row, at int64) []*tag.Batch {
	g.stale, g.bad = false, false
	if g.gate != nil {
		rows := g.gate.Offer(row.Values, row.Stamps, at)
		for _, r := range rows {
			g.awaited(r.Values)
		}
		return g.passed(rows)
	}
	values, times := g.current()
	for slot, v := range row.Values {
		if v.Kind() == tag.Absent {
			continue
		}
		values[slot], times[slot] = v, row.Stamps[slot]
		if times[slot] == 0 {
			times[slot] = at
		}
	}
	g.last, g.times = values, times
	return g.again(at)
}

// again makes a batch of the last values, each with its own time. What has never come is waited for.
func (g *group) again(at int64) []*tag.Batch {
	values, times := g.current()
	g.awaited(values)
	g.bad = false
	return []*tag.Batch{g.told(values, times, at)}
}

// awaited says of values that have never come that they are waited for.
func (g *group) awaited(values []tag.Value) {
	for slot, t := range g.config.Tags {
		if values[slot].Kind() == tag.Absent && t.Access.Readable() {
			values[slot] = tag.NullOf(tag.BadWaiting)
		}
	}
}

// missed makes a batch of what a device has kept of the time when nobody was connected. It changes nothing that is
// known of now, and nothing is computed of it.
func (g *group) missed(row protocols.Row, at int64) []*tag.Batch {
	newest := int64(0)
	for _, t := range row.Stamps {
		newest = max(newest, t)
	}
	if newest == 0 {
		newest = at
	}
	values := make([]tag.Value, g.schema.Len())
	copy(values, row.Values)
	return []*tag.Batch{tag.OneRow(g.schema, newest, values, stamps(row.Stamps, newest, len(values))).As(row.Origin)}
}

// forget makes the last values Bad, so that none of them is taken for one of the next session.
func (g *group) forget(q tag.Quality) {
	g.stale = true
	if g.gate != nil {
		g.gate.Spoil(q)
		return
	}
	values, times := g.current()
	for slot, v := range values {
		if v.Kind() != tag.Absent {
			values[slot] = v.WithQuality(q)
		}
	}
	g.last, g.times = values, times
}
