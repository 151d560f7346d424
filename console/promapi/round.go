package promapi

import (
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
)

// round is one scrape. The metrics come in nearly the same order as in the one
// before, so that most are found by their place.
type round struct {
	order    []*past // as they were met
	next     int     // place of the metric to come
	building labels.ScratchBuilder
	in       labels.Labels // of the metric in hand, until the next
}

func newRound() round { return round{building: labels.NewScratchBuilder(16)} }

// begin begins the next scrape.
func (r *round) begin() {
	r.order = r.order[:r.next]
	r.next = 0
}

// build makes labels of a name and of labels as names and values in turn, to be
// used until the next call.
func (r *round) build(name string, pairs []string) labels.Labels {
	r.building.Reset()
	r.building.Add(model.MetricNameLabel, name)
	for i := 1; i < len(pairs); i += 2 {
		if pairs[i] != "" { // an empty label is none
			r.building.Add(pairs[i-1], pairs[i])
		}
	}
	r.building.Sort()
	r.building.Overwrite(&r.in)
	return r.in
}

// expected is the metric that was met at this place in the scrape before; nil
// where there was none.
func (r *round) expected() *past {
	if r.next < len(r.order) {
		return r.order[r.next]
	}
	return nil
}

// met notes what is met at this place, and moves on.
func (r *round) met(p *past) *past {
	if r.next < len(r.order) {
		r.order[r.next] = p
	} else {
		r.order = append(r.order, p)
	}
	r.next++
	return p
}
