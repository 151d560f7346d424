package endpoint

import (
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
	rows     *tag.Builder
	row      protocols.Row // lent to the session while a scan is in flight
	last     []tag.Value   // as last published, but for what made them Bad
	times    []int64       // source times of last, where the device sends by itself
	bad      bool          // published as Bad, and nothing good since
	stale    bool          // of last, nothing is known to hold any more
	schedule schedule
	timer    *supervisor.Timer
}

// StreamName returns the name of a group's stream, as FROM reads it.
func StreamName(device, group string) string { return device + "." + group }

// Schema returns the fields of a group's rows, which are its readable and
// write-only tags in the order of the configuration.
func Schema(site string, d *config.Device, g *config.Group) (*tag.Schema, error) {
	fields := make([]tag.Field, len(g.Tags))
	for i, t := range g.Tags {
		fields[i] = tag.Field{Name: t.Name, Unit: t.Unit}
	}
	name := StreamName(d.Name, g.Name)
	return tag.NewSchema(tag.NewStreamID(site, name), name, fields...)
}

func newGroup(env Env, d *config.Device, g *config.Group, plan protocols.Plan, meter *Meter) (*group, error) {
	schema, err := Schema(env.Site, d, g)
	if err != nil {
		return nil, err
	}
	return &group{
		config: g, plan: plan, stream: env.Bus.Stream(schema.Name()),
		rows:     tag.NewBuilder(schema, 1),
		row:      protocols.Row{Values: make([]tag.Value, schema.Len()), Stamps: make([]int64, schema.Len())},
		last:     make([]tag.Value, schema.Len()),
		times:    make([]int64, schema.Len()),
		schedule: newSchedule(schema.Name(), g.Scan, meter),
	}, nil
}

// scanned makes a batch of what a scan has read.
func (g *group) scanned(at int64) *tag.Batch {
	copy(g.rows.Row(at), g.row.Values)
	for slot, t := range g.row.Stamps {
		if t != 0 {
			g.rows.Stamp(slot, t)
		}
	}
	copy(g.last, g.row.Values)
	clear(g.row.Values)
	clear(g.row.Stamps)
	g.bad = false
	return g.rows.Batch()
}

// lost makes a batch of the last values with the reason why they hold no more,
// and nil where that has been said already.
func (g *group) lost(q tag.Quality, at int64) *tag.Batch {
	if g.bad {
		return nil
	}
	g.bad = true
	row := g.rows.Row(at)
	for slot, v := range g.last {
		if v.Kind() == tag.Absent {
			v = tag.NullOf(q)
		}
		row[slot] = v.WithQuality(q)
	}
	return g.rows.Batch()
}
