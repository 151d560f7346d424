package node

import (
	"github.com/holdfast-edge/holdfast/actors/reconcile"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Health is how the plant and the node are at this moment.
func (n *Node) Health() reconcile.Health {
	h := reconcile.Health{
		Tags: map[string]bool{}, Links: map[string]bool{}, Rows: map[string]reconcile.Rows{},
		Restarts: map[string]int{}, Alarms: map[string]string{}, Trouble: n.Trouble(),
	}
	s := n.scene()
	for i := range s.site.Devices {
		n.addTags(&h, &s.site.Devices[i])
	}
	for _, r := range s.plan.rules {
		m := n.rules.of(r.Name)
		h.Rows[r.Name] = reconcile.Rows{In: m.RowsIn.Load(), Failed: m.Failed.Load()}
	}
	addActors(&h, n.Tree())
	return h
}

// addTags adds the tags of a device that have had a value.
func (n *Node) addTags(h *reconcile.Health, d *config.Device) {
	for _, g := range d.Groups {
		for _, t := range g.Tags {
			s, ok := n.Sample(d.Name, t.Name)
			if q := s.Value.Quality(); ok && q != tag.BadWaiting {
				h.Tags[d.Name+"."+t.Name] = !q.IsBad()
			}
		}
	}
}

// addActors adds an actor and all below it. A connection that is made anew is no
// sign of a bad configuration by itself: its tags, or its deliveries, are.
func addActors(h *reconcile.Health, t supervisor.Tree) {
	switch t.Kind {
	case "sink", "subscription":
		h.Links[t.Path] = t.State == "delivering" || t.State == "receiving"
	case "session":
	default:
		h.Restarts[t.Path] = t.Restarts
	}
	if t.Alarm && t.LastFailure != nil {
		h.Alarms[t.Path] = t.LastFailure.Cause
	}
	for _, c := range t.Children {
		addActors(h, c)
	}
}
