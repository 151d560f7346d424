package endpoint

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// A device that is scanned offers a value with every scan, and the filters see
// when one is due to be told again. One that sends by itself is silent while
// nothing changes: its heartbeats are timers, one for each group that has one.

// beatDue is the timer.
type beatDue struct{ group int }

// startBeats sets the timers, for as long as there is a session.
func (d *device) startBeats(ctx actor.Context) {
	for i, g := range d.groups {
		if g.config.Heartbeat > 0 && g.beat == nil {
			g.beat = supervisor.After(ctx, g.pulse(), beatDue{i})
		}
	}
}

func (d *device) stopBeats() {
	for _, g := range d.groups {
		if g.beat != nil {
			g.beat.Stop()
			g.beat = nil
		}
	}
}

// beatDue tells the values of a group again, each with its own time, where there
// was no row for so long and they are known to hold: they are not Bad for the
// lack of an answer, and have come in this session.
func (d *device) beatDue(ctx actor.Context, i int) {
	g := d.groups[i]
	if g.beat == nil {
		return // of the session before
	}
	at := d.env.Now().UnixNano()
	wait := time.Duration(g.toldAt + int64(g.pulse()) - at)
	if wait <= 0 {
		wait = g.pulse()
		if !g.bad && !g.stale && g.known() {
			d.publish(g, g.beaten(at))
		}
	}
	g.beat = supervisor.After(ctx, wait, beatDue{i})
}

// pulse returns how long there may be no row: no less than there must be between two.
func (g *group) pulse() time.Duration { return max(g.config.Heartbeat, g.config.Report) }

// known reports whether any value has ever come.
func (g *group) known() bool {
	values, _ := g.current()
	for _, v := range values {
		if v.Kind() != tag.Absent {
			return true
		}
	}
	return false
}

// beaten makes a batch of the last values.
func (g *group) beaten(at int64) []*tag.Batch {
	if g.gate == nil {
		return g.again(at)
	}
	r := g.gate.Again(at)
	g.awaited(r.Values)
	return []*tag.Batch{g.told(r.Values, r.Stamps, at)}
}
