package modbus

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// plan is the reads of one group, and what the device's refusals have taught of it. It is pure: whoever executes it
// tells it what was refused and what was answered.
type plan struct {
	*layout
	device *device
	texts  map[int]tag.Value // of the points that are texts, what was read last

	walls []bool                   // learnt: not to be read together with the one before
	holes map[int]*hole            // learnt: extents that the device does not have
	scan  int                      // counts scans
	stale bool                     // what was learnt has changed since blocks were made
	base  []block                  // what a scan reads
	now   []block                  // what this scan reads: base, holes whose turn it is, and halves of what was refused
	steps []struct{ from, to int } // of now, one round trip each
}

// hole is a tag that the device refused by itself.
type hole struct {
	quality tag.Quality
	wait    int // scans until it is asked again
	due     int // the scan to ask it in
}

// maxHoleWait is the most scans that pass before a hole is asked again.
const maxHoleWait = 256

// newPlan makes the plan of a group.
func newPlan(d *device, points []*point) *plan {
	p := &plan{layout: layoutOf(points), device: d, holes: map[int]*hole{}, stale: true}
	p.walls = make([]bool, len(p.extents))
	p.begin()
	return p
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int { return len(p.steps) }

// begin makes ready for the next scan.
func (p *plan) begin() {
	p.scan++
	if p.stale {
		p.base, p.stale = p.divide(), false
	}
	p.now = append(p.now[:0], p.base...)
	p.askHoles()
	p.steps = p.steps[:0]
	p.addSteps(0)
}

// divide partitions what is left of the extents without the holes. Each run between holes and walls is by itself.
func (p *plan) divide() []block {
	var blocks []block
	wall := slices.Clone(p.walls)
	for i, gap := range p.between {
		wall[i] = wall[i] || gap > p.device.limits.gapIn(p.extents[i].area)
	}
	for lo := 0; lo < len(p.extents); {
		hi := lo
		for hi < len(p.extents) && p.holes[hi] == nil {
			hi++
		}
		for _, b := range partition(p.extents[lo:hi], wall[lo:hi], p.device.limits, p.device.prices) {
			b.lo, b.hi = b.lo+lo, b.hi+lo
			blocks = append(blocks, b)
		}
		lo = hi + 1
	}
	return blocks
}

// askHoles adds the holes whose turn it is; one at least where there is nothing else to ask, so that a device that
// refuses everything is still seen to be there.
func (p *plan) askHoles() {
	next := -1
	for i, h := range p.holes {
		if h.due <= p.scan {
			p.now = append(p.now, blockOf(p.extents, i, i+1))
		} else if next < 0 || h.due < p.holes[next].due {
			next = i
		}
	}
	if len(p.now) == 0 && next >= 0 {
		p.now = append(p.now, blockOf(p.extents, next, next+1))
	}
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
		p.remember(b.lo, q)
		return
	}
	at := p.widestGap(b)
	p.walls[at] = true
	p.stale = true
	from := len(p.now)
	p.now = append(p.now, blockOf(p.extents, b.lo, at), blockOf(p.extents, at, b.hi))
	p.addSteps(from)
}

// widestGap returns where to divide a read: before the extent with the most unasked-for in front of it, since that is
// the likeliest to be missing; else in the middle.
func (p *plan) widestGap(b block) int {
	at := (b.lo + b.hi) / 2
	for i := b.lo + 1; i < b.hi; i++ {
		if p.between[i] > p.between[at] {
			at = i
		}
	}
	return at
}

// remember makes an extent a hole, or lets one wait longer.
func (p *plan) remember(i int, q tag.Quality) {
	h := p.holes[i]
	if h == nil {
		h = &hole{wait: 1}
		p.holes[i] = h
		p.stale = true
	}
	h.quality = q
	h.wait = min(2*h.wait, maxHoleWait)
	h.due = p.scan + h.wait
}

// answered learns from a read that succeeded. Where that was a hole, the device has changed since: all that was learnt
// is forgotten, for the next scans to find out again.
func (p *plan) answered(b block) {
	if b.hi-b.lo != 1 || p.holes[b.lo] == nil {
		return
	}
	clear(p.holes)
	clear(p.walls)
	p.stale = true
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
	for i, h := range p.holes {
		row[p.slots[i]] = tag.NullOf(h.quality)
	}
}
