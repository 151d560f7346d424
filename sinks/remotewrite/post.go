package remotewrite

import (
	"cmp"
	"context"
	"errors"
	"math"
	"strings"

	"github.com/klauspost/compress/snappy"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// Post writes a request: each series once, with its samples in order.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	r := request{bySeries: map[string]int{}}
	for _, d := range ds {
		if d.Gap != nil {
			r.gap(d.Gap)
			continue
		}
		plan := p.plan(d.Batch.Schema(), cmp.Or(d.Batch.Identity(0).Site, p.site))
		for i := range d.Batch.Len() {
			r.row(plan, d.Batch, i)
		}
	}
	if len(r.all) == 0 {
		return nil // rows without numbers
	}
	err := p.send(ctx, r.encode())
	if p.options.OutOfOrder == dropLate && isLate(err) {
		return nil
	}
	return err
}

const dropLate = "drop"

// isLate tells whether samples are refused for their time alone.
func isLate(err error) bool {
	f, ok := errors.AsType[*sinks.Failure](err)
	if !ok || !f.Permanent {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "out of order") || strings.Contains(text, "out of bounds") || strings.Contains(text, "too old")
}

// request is a request while it is made.
type request struct {
	all      []series
	bySeries map[string]int // index by encoded labels
}

func (r *request) add(labels []byte, s sample) {
	i, ok := r.bySeries[string(labels)]
	if !ok {
		i = len(r.all)
		r.bySeries[string(labels)] = i
		r.all = append(r.all, series{labels: labels})
	}
	r.all[i].samples = append(r.all[i].samples, s)
}

// row adds a sample for each field that is a number, or was one and is Bad now.
func (r *request) row(p *plan, b *tag.Batch, i int) {
	row := b.Row(i)
	for slot, v := range row {
		kind := b.Schema().Field(slot).Kind
		value, ok := v.Float()
		switch {
		case v.Kind() == tag.Absent:
			continue
		case v.IsNull():
			if value, ok = stale(), kind.IsNumber() || kind == tag.Bool || v.Kind().IsNumber(); !ok {
				continue
			}
		case !ok:
			continue
		case math.IsNaN(value):
			value = math.NaN() // not the stale marker by accident
		}
		r.add(p.fields[slot].of(row), sample{value: value, ms: b.ValueTime(i, slot) / 1e6})
	}
}

// gap adds what is missing as samples of hf_gap_records, and where it begins.
func (r *request) gap(g *tag.Gap) {
	for name, value := range map[string]uint64{"hf_gap_records": g.Count, "hf_gap_first_sequence": g.First.Sequence} {
		labels := encodeLabels([]label{
			{"__name__", name}, {"site", g.First.Site}, {"stream_id", g.First.Stream.String()}, {"cause", g.Cause.String()},
		})
		r.add(labels, sample{value: float64(value), ms: g.At / 1e6})
	}
}

func (r *request) encode() []byte {
	var message []byte
	for i := range r.all {
		message = r.all[i].append(message)
	}
	return message
}

// compress is the block format of snappy.
func compress(message []byte) []byte { return snappy.Encode(nil, message) }
