package modbus

import (
	"slices"

	"github.com/holdfast-edge/holdfast/protocols/absence"
	"github.com/holdfast-edge/holdfast/tag"
)

// plan is the reads of one group, and what the device's refusals have taught of it. It is pure: whoever executes it
// tells it what was refused and what was answered.
type plan struct {
	*layout
	device *device
	learnt absence.Learnt    // of extents
	texts  map[int]tag.Value // of the points that are texts, what was read last

	base  []block                  // what a scan reads
	now   []block                  // what this scan reads: base, holes whose turn it is, and halves of what was refused
	steps []struct{ from, to int } // of now, one round trip each
	due   []int                    // memory for holes
}

// newPlan makes the plan of a group.
func newPlan(d *device, points []*point) *plan {
	l := layoutOf(points)
	p := &plan{layout: l, device: d, learnt: absence.Of(len(l.extents))}
	p.begin()
	return p
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int { return len(p.steps) }

// begin makes ready for the next scan.
func (p *plan) begin() {
	if p.learnt.Begin() {
		p.base = p.divide()
	}
	p.now = append(p.now[:0], p.base...)
	p.due = p.learnt.AppendDue(p.due[:0], len(p.base) == 0)
	for _, i := range p.due {
		p.now = append(p.now, blockOf(p.extents, i, i+1))
	}
	p.steps = p.steps[:0]
	p.addSteps(0)
}

// divide partitions what is left of the extents without the holes. Each run between holes and walls is by itself.
func (p *plan) divide() []block {
	var blocks []block
	wall := slices.Clone(p.learnt.Walls())
	for i, gap := range p.between {
		wall[i] = wall[i] || gap > p.device.limits.gapIn(p.extents[i].area)
	}
	for lo, hi := range p.learnt.Runs {
		for _, b := range partition(p.extents[lo:hi], wall[lo:hi], p.device.limits, p.device.prices) {
			b.lo, b.hi = b.lo+lo, b.hi+lo
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// addSteps makes steps of the reads from the given one on, as many in each as the device takes at once.
func (p *plan) addSteps(from int) {
	for from < len(p.now) {
		to := min(from+p.device.inFlight, len(p.now))
		p.steps = append(p.steps, struct{ from, to int }{from, to})
		from = to
	}
}

// refused learns that a read met an address that the device does not have, or was too long for it. A read of several
// tags is divided, and its parts are read in this scan still; a read of one tag makes it a hole.
func (p *plan) refused(b block, q tag.Quality) {
	if b.hi-b.lo == 1 {
		p.learnt.Refused(b.lo, q)
		return
	}
	at := p.learnt.Divide(b.lo, b.hi, p.between)
	from := len(p.now)
	p.now = append(p.now, blockOf(p.extents, b.lo, at), blockOf(p.extents, at, b.hi))
	p.addSteps(from)
}

// fill puts the values of a read into the row.
func (p *plan) fill(b block, data []byte, row []tag.Value) {
	for i := b.lo; i < b.hi; i++ {
		point := p.points[i]
		at := int(point.first) - b.first
		if point.isText() {
			row[p.slots[i]] = p.text(i, data, at)
			continue
		}
		row[p.slots[i]] = point.value(data, at, tag.Value{})
	}
}

// text returns the value of a point that is a text, and keeps it for the next time.
func (p *plan) text(i int, data []byte, at int) tag.Value {
	v := p.points[i].value(data, at, p.texts[i])
	if p.texts == nil {
		p.texts = map[int]tag.Value{}
	}
	p.texts[i] = v
	return v
}

// spoil gives the tags of a read a Bad quality.
func (p *plan) spoil(b block, q tag.Quality, row []tag.Value) {
	for _, slot := range p.slots[b.lo:b.hi] {
		row[slot] = tag.NullOf(q)
	}
}

// spoilHoles gives the holes theirs.
func (p *plan) spoilHoles(row []tag.Value) {
	for i, q := range p.learnt.Holes {
		row[p.slots[i]] = tag.NullOf(q)
	}
}
