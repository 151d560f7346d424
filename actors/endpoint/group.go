package endpoint

import (
	"slices"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// group is the tags that are read together: a stream of their own.
type group struct {
	config   *config.Group
	plan     protocols.Plan
	stream   *broker.Stream
	schema   *tag.Schema
	row      protocols.Row // lent to the session while a scan is in flight
	last     []tag.Value   // as last published, but for what made them Bad; not to be changed
	times    []int64       // source times of last, where the device sends by itself; not to be changed
	bad      bool          // published as Bad, and nothing good since
	stale    bool          // of last, nothing is known to hold any more
	schedule schedule
	timer    *supervisor.Timer
}

func newGroup(env Env, d *config.Device, g *config.Group, plan protocols.Plan, meter *Meter) (*group, error) {
	schema, err := env.Schemas.Of(env.Site, d, g)
	if err != nil {
		return nil, err
	}
	return &group{
		config: g, plan: plan, stream: env.Bus.Stream(schema.Name()),
		schema:   schema,
		schedule: newSchedule(schema.Name(), g.Scan, meter),
	}, nil
}

// lend returns a row for a scan to fill.
func (g *group) lend() protocols.Row {
	if g.row.Values == nil {
		g.row.Values = make([]tag.Value, g.schema.Len())
	}
	if g.row.Stamps == nil {
		g.row.Stamps = make([]int64, g.schema.Len())
	}
	clear(g.row.Values)
	clear(g.row.Stamps)
	return g.row
}

// scanned makes a batch of what a scan has read. The row's values are the batch's from now on.
func (g *group) scanned(at int64) *tag.Batch {
	b := tag.OneRow(g.schema, at, g.row.Values, stamps(g.row.Stamps, at))
	g.last, g.row.Values = g.row.Values, nil
	g.bad = false
	return b
}

// stamps returns the source times of values, nil where each has that of the row.
func stamps(given []int64, at int64) []int64 {
	if !slices.ContainsFunc(given, func(t int64) bool { return t != 0 && t != at }) {
		return nil
	}
	times := slices.Clone(given)
	for slot, t := range times {
		if t == 0 {
			times[slot] = at
		}
	}
	return times
}

// lost makes a batch of the last values with the reason why they hold no more,
// and nil where that has been said already.
func (g *group) lost(q tag.Quality, at int64) *tag.Batch {
	if g.bad {
		return nil
	}
	g.bad = true
	row := make([]tag.Value, g.schema.Len())
	copy(row, g.last)
	for slot, v := range row {
		if v.Kind() == tag.Absent {
			v = tag.NullOf(q)
		}
		row[slot] = v.WithQuality(q)
	}
	return tag.OneRow(g.schema, at, row, nil)
}
