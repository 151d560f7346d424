package endpoint

import (
	"slices"

	"github.com/holdfast-edge/holdfast/actors/endpoint/report"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// group is the tags that are read together: a stream of their own. Its methods
// make the batches that are to be published, in their order.
type group struct {
	config   *config.Group
	plan     protocols.Plan
	stream   *broker.Stream
	schema   *tag.Schema
	row      protocols.Row // lent to the session while a scan is in flight
	gate     *report.Gate  // nil: every value is news
	counted  uint64        // of what the gate has withheld
	due      *supervisor.Timer
	last     []tag.Value // as last read, but for what made them Bad; not to be changed. The gate's, where there is one
	times    []int64     // source times of last, where the device sends by itself; not to be changed
	derived  derived
	inputs   func() []tag.Value // of what is computed
	shown    []tag.Value        // the last row, not to be changed
	toldAt   int64              // time of the last row
	beat     *supervisor.Timer  // of the heartbeat, where the device sends by itself
	bad      bool               // published as Bad, and nothing good since
	stale    bool               // of last, nothing is known to hold any more
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
		schema: schema, gate: newGate(g),
		schedule: newSchedule(schema.Name(), g.Scan, meter),
	}, nil
}

// newGate returns the gate of a group, and nil where every value is news.
func newGate(g *config.Group) *report.Gate {
	filters := make([]*report.Filter, len(g.Tags))
	some := g.Report > g.Scan
	for i := range g.Tags {
		if band := g.Tags[i].Deadband; band != nil {
			some = true
			filters[i] = &report.Filter{Rule: report.Rule{
				Deviation: band.Deviation(), Door: band.SwingingDoor != nil, Heartbeat: g.Heartbeat,
			}}
		}
	}
	if !some {
		return nil
	}
	return report.NewGate(filters, g.Report, g.Scan)
}

// lend returns a row for a scan to fill.
func (g *group) lend() protocols.Row {
	n := len(g.config.Tags)
	if g.row.Values == nil {
		g.row.Values = make([]tag.Value, n, g.schema.Len())
	}
	if g.row.Stamps == nil {
		g.row.Stamps = make([]int64, n)
	}
	clear(g.row.Values)
	clear(g.row.Stamps)
	return g.row
}

// scanned makes a batch of what a scan has read. The row's values are the batch's from now on.
func (g *group) scanned(at int64) []*tag.Batch {
	values := g.row.Values
	g.row.Values, g.bad = nil, false
	if g.gate != nil {
		return g.passed(g.gate.Offer(values, g.row.Stamps, at))
	}
	g.last = values
	return []*tag.Batch{g.told(values, g.row.Stamps, at)}
}

// passed makes batches of what the gate lets through.
func (g *group) passed(rows []report.Row) (told []*tag.Batch) {
	for _, r := range rows {
		told = append(told, g.told(r.Values, r.Stamps, r.Time))
	}
	return told
}

// told makes a batch of the values of the tags, which are its own from now on, and of what is derived of them.
func (g *group) told(values []tag.Value, times []int64, at int64) *tag.Batch {
	row := values
	g.toldAt = max(g.toldAt, at)
	row = append(row, g.derived.static...)
	g.shown = row
	if len(g.derived.computed) > 0 {
		inputs := g.inputs()
		for _, c := range g.derived.computed {
			v := c.value(inputs, at)
			row, inputs = append(row, v), append(inputs, v)
		}
		g.shown = row
	}
	return tag.OneRow(g.schema, at, row, stamps(times, at, len(row)))
}

// input appends what expressions read of the group: its tags and static ones, as they were last told.
func (g *group) input(dst []tag.Value) []tag.Value {
	n := len(g.config.Tags)
	if g.shown == nil {
		return append(append(dst, make([]tag.Value, n)...), g.derived.static...)
	}
	return append(dst, g.shown[:n+len(g.derived.static)]...)
}

// stamps returns the source times of a number of values, nil where each has that of the row.
func stamps(given []int64, at int64, n int) []int64 {
	if !slices.ContainsFunc(given, func(t int64) bool { return t != 0 && t != at }) {
		return nil
	}
	times := make([]int64, n)
	copy(times, given)
	for slot, t := range times {
		if t == 0 {
			times[slot] = at
		}
	}
	return times
}

// current returns the last values of the tags and their times, to be kept and changed.
func (g *group) current() (values []tag.Value, times []int64) {
	values, times = make([]tag.Value, len(g.config.Tags), g.schema.Len()), make([]int64, len(g.config.Tags))
	if g.gate != nil {
		shown, at := g.gate.Shown()
		copy(values, shown)
		copy(times, at)
		return values, times
	}
	copy(values, g.last)
	copy(times, g.times)
	return values, times
}

// lost makes a batch of the last values with the reason why they hold no more,
// and none where that has been said already.
func (g *group) lost(q tag.Quality, at int64) (told []*tag.Batch) {
	if g.bad {
		return nil
	}
	if g.gate != nil {
		told = g.passed(g.gate.Close(at))
	}
	g.bad = true
	row, _ := g.current()
	for slot, v := range row {
		if v.Kind() == tag.Absent {
			v = tag.NullOf(q)
		}
		row[slot] = v.WithQuality(q)
	}
	return append(told, g.told(row, nil, at))
}
