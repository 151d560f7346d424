package enip

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

// plan is the reads of one group. It is pure: whoever executes it tells it what was answered.
type plan struct {
	device *device
	points []*point // by slot; nil where a tag is not read
	row    []tag.Value
	told   []finding // of this scan

	items    []*item
	base     [][]*item // what a scan reads: a packet each
	steps    [][]*item // of this scan: base, the rest of what is long, and what is asked another way
	capacity int       // of a packet
	stale    bool      // what was learnt has changed since the packets were made
}

// item is one request: a tag, or what several tags have in common.
type item struct {
	path     []byte
	elements uint16
	uses     []use
	expected int  // octets of the values; what was read last
	long     bool // it is read piece by piece

	kind cip.Kind
	read []byte // the pieces that have come
}

// use is a tag that an item is read for.
type use struct {
	slot   int
	packed bool // what the point was taken for when the item was made
}

// finding is what is new of a tag's refusal; nil: it is over.
type finding struct {
	point  *point
	reason error
}

// most is how long the values of one tag may be in all, and least a piece of them that has a packet of its own.
const most, least = 1 << 20, 64

// newPlan makes the plan of a group.
func newPlan(d *device, points []*point) *plan {
	p := &plan{device: d, points: points, stale: true}
	for _, point := range points {
		if point != nil {
			p.steps = [][]*item{nil} // one at least, until the first scan packs them
		}
	}
	return p
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int { return len(p.steps) }

// begin makes ready for the next scan, over packets of a capacity.
func (p *plan) begin(row []tag.Value, capacity int) {
	if p.stale || p.capacity != capacity || p.overtaken() {
		p.capacity, p.stale = capacity, false
		p.collect()
		p.pack()
	}
	p.row, p.told = row, p.told[:0]
	p.steps = append(p.steps[:0], p.base...)
	for _, i := range p.items {
		i.read = i.read[:0]
	}
}

// overtaken reports whether a tag has been found to be something else since the items were made: by a read of its own.
func (p *plan) overtaken() bool {
	for _, i := range p.items {
		for _, u := range i.uses {
			if p.points[u.slot].packed != u.packed {
				return true
			}
		}
	}
	return false
}

// collect makes an item of each tag; one of those that lie in the same number.
func (p *plan) collect() {
	known := map[string]*item{}
	for _, i := range p.items {
		known[i.key()] = i
	}
	taken := map[string]*item{}
	p.items = p.items[:0:0]
	for slot, point := range p.points {
		if point == nil {
			continue
		}
		i := itemOf(point, slot)
		key := i.key()
		if before, ok := known[key]; ok {
			i.expected, i.long = before.expected, before.long
		}
		if same, ok := taken[key]; ok {
			same.uses = append(same.uses, i.uses...)
			continue
		}
		taken[key] = i
		p.items = append(p.items, i)
	}
}

func itemOf(point *point, slot int) *item {
	path, elements := point.where()
	return &item{path: path, elements: elements, uses: []use{{slot, point.packed}}, expected: int(elements) * point.guess()}
}

func (i *item) key() string { return fmt.Sprintf("%d %s", i.elements, i.path) }

// What a reply has beside its values: service, status, type and handle.
const replyHead = 4 + 4

// sizes returns how long the item's request and its reply are.
func (i *item) sizes() (request, reply int) {
	return 2 + len(i.path) + 2, replyHead + i.expected + i.expected%2
}

// pack divides the items, in their order, into as few packets as carry them. One that is too long for a packet is read by
// itself, piece by piece.
func (p *plan) pack() {
	p.base = nil
	var packet []*item
	request, reply := cip.MultipleHead, cip.MultipleHead
	end := func() {
		if len(packet) > 0 {
			p.base = append(p.base, packet)
		}
		packet, request, reply = nil, cip.MultipleHead, cip.MultipleHead
	}
	for _, i := range p.items {
		asks, tells := i.sizes()
		i.long = i.long || tells > p.capacity
		if i.long {
			p.base = append(p.base, []*item{i})
			continue
		}
		asks, tells = asks+cip.MultipleEach, tells+cip.MultipleEach
		if request+asks > p.capacity || reply+tells > p.capacity || p.device.alone {
			end()
		}
		packet = append(packet, i)
		request, reply = request+asks, reply+tells
	}
	end()
}

// request returns the request of a step.
func (p *plan) request(step int) []byte {
	items := p.steps[step]
	if len(items) == 1 {
		return items[0].request()
	}
	requests := make([][]byte, len(items))
	for n, i := range items {
		requests[n] = i.request()
	}
	return cip.AppendMultiple(nil, requests...)
}

func (i *item) request() []byte {
	if i.long || len(i.read) > 0 {
		return cip.AppendReadFrom(nil, i.path, i.elements, uint32(len(i.read)))
	}
	return cip.AppendRead(nil, i.path, i.elements)
}

// take takes what a step was answered. An error says that nobody can tell which answer belongs to which request.
func (p *plan) take(step int, reply cip.Reply) error {
	items := p.steps[step]
	switch {
	case len(items) == 1:
		p.takeOne(items[0], reply)
		return nil
	case reply.Status.General != cip.Success && reply.Status.General != cip.Embedded:
		p.apart(items, reply.Status)
		return nil
	}
	replies, err := cip.ParseMultiple(make([][]byte, 0, len(items)), reply.Data)
	if err == nil && len(replies) != len(items) {
		err = fmt.Errorf("%w: %d replies to %d requests", cip.ErrMessage, len(replies), len(items))
	}
	for n := 0; n < len(items) && err == nil; n++ {
		var one cip.Reply
		if one, err = cip.ParseReply(replies[n]); err == nil {
			p.takeOne(items[n], one)
		}
	}
	return err
}

// apart asks for each by itself what could not be had together.
func (p *plan) apart(items []*item, s cip.Status) {
	if s.General == cip.NotSupported {
		p.device.alone, p.stale = true, true
	}
	for _, i := range items {
		p.steps = append(p.steps, []*item{i})
	}
}

// takeOne takes the answer to an item's request.
func (p *plan) takeOne(i *item, reply cip.Reply) {
	switch {
	case reply.Status.OK(), reply.Status.General == cip.Partial && len(reply.Data) > 0:
		p.takeValues(i, reply)
	case reply.Status.General == cip.ReplyTooLarge && !i.long:
		p.further(i)
	default:
		p.refused(i, reply.Status)
	}
}

// further reads an item, or the rest of it, by itself.
func (p *plan) further(i *item) {
	p.stale = p.stale || !i.long
	i.long = true
	p.steps = append(p.steps, []*item{i})
}

// takeValues takes a piece, or the whole, of an item's values.
func (p *plan) takeValues(i *item, reply cip.Reply) {
	kind, values, err := cip.ParseValues(reply.Data)
	whole := reply.Status.OK()
	stuck := !whole && (len(values) == 0 || i.long && len(values) < least)
	if err != nil || len(i.read) > 0 && kind != i.kind || stuck || len(i.read)+len(values) > most {
		p.spoil(i, cutOff())
		return
	}
	i.kind, i.read = kind, append(i.read, values...)
	if !whole {
		p.further(i)
		return
	}
	if len(i.read) != i.expected {
		i.expected, p.stale = len(i.read), true
		i.long = i.long && i.expected+replyHead > p.capacity
	}
	p.fill(i)
}

// fill gives the tags of an item their values.
func (p *plan) fill(i *item) {
	for _, u := range i.uses {
		point := p.points[u.slot]
		if i.kind.Type == cip.DWORD && !point.packed && point.bends() && !p.device.plain {
			point.packed, p.stale = true, true
		}
		if point.packed != u.packed {
			p.steps = append(p.steps, []*item{itemOf(point, u.slot)})
			continue
		}
		v, r := point.value(i.kind, i.read)
		if r != nil {
			p.spoilOne(u.slot, r)
			p.stale = p.stale || point.packed
			point.packed = false
			continue
		}
		point.learn(i.kind, len(i.read)/int(i.elements))
		p.settle(u.slot, v)
	}
}

// learn keeps what the tag is at the controller.
func (p *point) learn(kind cip.Kind, size int) {
	p.tried = false
	if s := p.learnt.Load(); s == nil || s.kind != kind || s.size != size {
		p.learnt.Store(&shape{kind, size})
	}
}

// refused takes that an item cannot be had. Where that may be since the element is one of an array of BOOL, or is none any
// more, it is asked for the other way: once in this scan, and from then on in turns.
func (p *plan) refused(i *item, s cip.Status) {
	for _, u := range i.uses {
		point := p.points[u.slot]
		p.spoilOne(u.slot, refusedBy(s))
		if point.learnt.Store(nil); !point.bends() || p.device.plain || point.element() == 0 && point.count == 0 {
			continue
		}
		point.packed, p.stale = !u.packed, true
		if !point.tried {
			point.tried = true
			p.steps = append(p.steps, []*item{itemOf(point, u.slot)})
		}
	}
}

// spoil has the tags of an item Bad.
func (p *plan) spoil(i *item, r *refused) {
	for _, u := range i.uses {
		p.spoilOne(u.slot, r)
	}
}

// spoilOne has a tag Bad, and notes why, where that is new.
func (p *plan) spoilOne(slot int, r *refused) {
	point := p.points[slot]
	p.row[slot] = tag.NullOf(r.quality)
	if point.told == nil || point.told.quality != r.quality {
		p.told = append(p.told, finding{point, r.reason})
	}
	point.told = r
}

// settle gives a tag its value.
func (p *plan) settle(slot int, v tag.Value) {
	point := p.points[slot]
	p.row[slot] = v
	if point.told != nil {
		point.told = nil
		p.told = append(p.told, finding{point, nil})
	}
}
