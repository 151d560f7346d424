package endpoint

import (
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// changed makes a batch of what a device has sent: what is absent has not changed, and keeps its own time.
func (g *group) changed(row protocols.Row, at int64) *tag.Batch {
	values, times := g.copied()
	for slot, v := range row.Values {
		if v.Kind() == tag.Absent {
			continue
		}
		values[slot], times[slot] = v, row.Stamps[slot]
		if times[slot] == 0 {
			times[slot] = at
		}
	}
	g.last, g.times, g.stale = values, times, false
	return g.again(at)
}

// copied returns the last values and their times, to be changed.
func (g *group) copied() (values []tag.Value, times []int64) {
	values, times = make([]tag.Value, g.schema.Len()), make([]int64, g.schema.Len())
	copy(values, g.last)
	copy(times, g.times)
	return values, times
}

// again makes a batch of the last values, each with its own time. What has never come is waited for.
func (g *group) again(at int64) *tag.Batch {
	values, times := g.copied()
	for slot, t := range g.config.Tags {
		if values[slot].Kind() == tag.Absent && t.Access.Readable() {
			values[slot] = tag.NullOf(tag.BadWaiting)
		}
	}
	g.bad = false
	return tag.OneRow(g.schema, at, values, stamps(times, at))
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
	return tag.OneRow(g.schema, newest, row.Values, stamps(row.Stamps, newest)).As(row.Origin)
}

// forget makes the last values Bad, so that none of them is taken for one of the next session.
func (g *group) forget(q tag.Quality) {
	g.stale = true
	values, times := g.copied()
	for slot, v := range values {
		if v.Kind() != tag.Absent {
			values[slot] = v.WithQuality(q)
		}
	}
	g.last, g.times = values, times
}
