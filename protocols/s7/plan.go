package s7

import (
	"github.com/holdfast-edge/holdfast/protocols/absence"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// terms are what a session agreed on.
type terms struct {
	size int // octets of a PDU
	jobs int // on the way at once
}

// piece returns how many octets an item reads at most: even, so that words of an array are not divided.
func (t terms) piece() int { return pdu.MaxRead(t.size) &^ 1 }

// plan is the reads of one group, and what the PLC's refusals have taught of it. It is pure: whoever executes it tells it what
// was refused and what was answered.
type plan struct {
	*layout
	device *device
	learnt absence.Learnt
	terms  terms
	before []tag.Value // of each point that is a text or bytes, what was read last

	base  []span // what a scan reads
	usual []job  // of base alone

	now     []reading // what this scan reads: base, holes whose turn it is, and halves of what was refused
	jobs    []job
	steps   []struct{ from, to int } // of jobs, as many as may be on the way at once
	refused []int                    // of now, in this step
}

// reading is a span being read.
type reading struct {
	span
	left   int    // octets
	octets []byte // put together, where it has several pieces
	code   pdu.Return
}

// newPlan makes the plan of a group. Until a session has agreed on terms, it is made for the smallest.
func newPlan(d *device, group []*point) *plan {
	l := newLayout(group)
	p := &plan{layout: l, device: d, learnt: absence.Of(len(l.points)), before: make([]tag.Value, len(l.points))}
	p.begin(terms{size: 112, jobs: 1})
	return p
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int { return len(p.steps) }

// step returns the jobs of a step.
func (p *plan) step(i int) []job { return p.jobs[p.steps[i].from:p.steps[i].to] }

// addSteps makes steps of the jobs from the given one on.
func (p *plan) addSteps(from int) {
	for from < len(p.jobs) {
		to := min(from+p.terms.jobs, len(p.jobs))
		p.steps = append(p.steps, struct{ from, to int }{from, to})
		from = to
	}
}

// begin makes ready for the next scan.
func (p *plan) begin(t terms) {
	if changed := p.learnt.Begin(); changed || p.terms != t {
		p.terms = t
		p.base = p.divide()
		p.usual = pack(p.pieces(p.base, 0), t.size)
	}
	p.now = p.now[:0]
	p.read(p.base)
	p.jobs, p.steps = append(p.jobs[:0], p.usual...), p.steps[:0]
	var due []span
	for _, i := range p.learnt.AppendDue(nil, len(p.base) == 0) {
		due = append(due, p.spanOf(i, i+1))
	}
	p.addJobs(due)
	p.addSteps(0)
}

// divide merges what is left of the points without the holes.
func (p *plan) divide() (spans []span) {
	for lo, hi := range p.learnt.Runs {
		spans = append(spans, p.merge(lo, hi, p.learnt.Walls(), p.device.options.MaxGap, p.terms.piece())...)
	}
	return spans
}

// pieces returns what reads spans, the first of which is that of the scan with the index.
func (p *plan) pieces(spans []span, index int) (pieces []piece) {
	for i, s := range spans {
		pieces = cut(pieces, index+i, s, p.terms.piece())
	}
	return pieces
}

// read adds spans to what this scan reads.
func (p *plan) read(spans []span) {
	for _, s := range spans {
		r := reading{span: s, left: s.end - s.first, code: pdu.OK}
		if r.left > p.terms.piece() {
			r.octets = p.room(r.left)
		}
		p.now = append(p.now, r)
	}
}

// room returns memory for the next reading, that of the one in its place before if it is large enough.
func (p *plan) room(octets int) []byte {
	if n := len(p.now); n < cap(p.now) {
		if used := p.now[:n+1][n].octets; cap(used) >= octets {
			return used[:octets]
		}
	}
	return make([]byte, octets)
}

// addJobs adds spans to this scan, in jobs behind those that there are.
func (p *plan) addJobs(spans []span) {
	pieces := p.pieces(spans, len(p.now))
	p.read(spans)
	p.jobs = append(p.jobs, pack(pieces, p.terms.size)...)
}

// item returns what reads a piece.
func (p *plan) item(of piece) pdu.Item {
	area, db := p.block(p.now[of.span].span)
	i := pdu.Item{Area: area, DB: db, Start: of.first, Count: of.octets}
	if area.IsNumbered() {
		i.Start, i.Count = i.Start/2, i.Count/2
	}
	return i
}

// take takes what became of a piece: its octets, or the code with which it was refused. When it is the last of its span, the
// values are put into the row.
func (p *plan) take(of piece, code pdu.Return, octets []byte, row []tag.Value) {
	r := &p.now[of.span]
	if r.left -= of.octets; code != pdu.OK {
		r.code = code
	} else if r.octets != nil {
		copy(r.octets[of.first-r.first:], octets)
		octets = r.octets
	}
	switch {
	case r.left > 0:
	case r.code == pdu.OK:
		p.learnt.Answered(r.lo, r.hi)
		p.fill(r.span, octets, row)
	default:
		p.spoil(r.span, qualityOf(r.code), row)
		p.refused = append(p.refused, of.span)
	}
}

// fill puts the values of a span into the row.
func (p *plan) fill(s span, octets []byte, row []tag.Value) {
	for i := s.lo; i < s.hi; i++ {
		point := p.points[i]
		from := point.first() - s.first
		v := point.value(octets[from:from+point.octets], p.before[i])
		if point.form.hasLength() {
			p.before[i] = v
		}
		row[p.slots[i]] = v
	}
}

// spoil gives the tags of a span a Bad quality.
func (p *plan) spoil(s span, q tag.Quality, row []tag.Value) {
	for _, slot := range p.slots[s.lo:s.hi] {
		row[slot] = tag.NullOf(q)
	}
}

// spoilHoles gives the holes theirs.
func (p *plan) spoilHoles(row []tag.Value) {
	for i, q := range p.learnt.Holes {
		row[p.slots[i]] = tag.NullOf(q)
	}
}

// learn learns from what was refused in this step, and returns those spans. One of several points that lacks some of them is
// divided, and its halves are read in this scan still; one of a single point makes it a hole.
func (p *plan) learn() (refused []reading) {
	var halves []span
	for _, i := range p.refused {
		r := p.now[i]
		refused = append(refused, r)
		switch {
		case !isAbsence(r.code):
		case r.hi-r.lo == 1:
			p.learnt.Refused(r.lo, qualityOf(r.code))
		default:
			at := p.learnt.Divide(r.lo, r.hi, p.between)
			halves = append(halves, p.spanOf(r.lo, at), p.spanOf(at, r.hi))
		}
	}
	p.refused = p.refused[:0]
	from := len(p.jobs)
	p.addJobs(halves)
	p.addSteps(from)
	return refused
}
