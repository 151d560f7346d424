package iec61850

import (
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// hear takes a report, on the goroutine that reads.
func (b *subscription) hear(r *report) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	x := b.of(r)
	if x == nil {
		return
	}
	b.count(x, r)
	if r.isGeneral() {
		x.settled = true
	}
	now, changed := time.Now(), map[*image][][]int{}
	var order []*image
	for i, n := range r.members {
		if n >= len(x.members) {
			break // its data set has changed
		}
		for _, o := range b.objects {
			if way, ok := o.object.way(x.members[n]); ok && o.change(way, r.values[i]) {
				if changed[o] == nil {
					order = append(order, o)
				}
				changed[o] = append(changed[o], way)
			}
		}
	}
	b.fill(func(rows *outbox.Rows) {
		for _, o := range order {
			for _, t := range o.tags {
				if slices.ContainsFunc(changed[o], func(way []int) bool { return leadsTo(way, t.place.value) || leadsTo(way, t.place.quality) }) {
					b.arrange(rows, x, r, t, o.data, now)
				}
			}
		}
	})
	if r.entry != nil {
		b.device.memory.came(x.name, r.entry)
	}
}

// arrange puts what an object says of a tag into the rows: as it is now or, before the block has told how things are, as it was
// while nobody listened.
func (b *subscription) arrange(rows *outbox.Rows, x *block, r *report, t reading, d mms.Data, now time.Time) {
	v, stamp := t.of(d, now)
	if stamp == 0 && !r.at.IsZero() && r.at.Before(now.Add(ahead)) && r.at.After(now.Add(-behind)) {
		stamp = r.at.UnixNano()
	}
	origin := tag.Live
	if x.buffered && !x.settled && stamp != 0 && stamp < b.began.UnixNano() {
		origin = tag.Backfill
	}
	rows.Put(outbox.Value{Group: t.point.group, Slot: t.point.slot, Value: v, Stamp: stamp, Origin: origin})
}

// of returns the block that a report is of; nil where it is none of this subscription. Blocks of the same RptID are told apart by
// their data sets, which not every device writes alike.
func (b *subscription) of(r *report) (found *block) {
	for _, x := range b.active {
		if x.id != r.id {
			continue
		}
		if found == nil || r.dataSet == x.dataSet.String() {
			found = x
		}
	}
	return found
}

// count looks for reports that are missing. What they told is asked for again.
func (b *subscription) count(x *block, r *report) {
	last := x.sequence
	x.sequence = r.sequence
	modulus := int64(1) << 8
	if x.buffered {
		modulus <<= 8
	}
	missing := r.sequence >= 0 && last >= 0 && r.sequence != (last+1)%modulus && (r.part <= 0 || r.sequence != last)
	if !missing && !r.overflow {
		return
	}
	b.gaps++
	b.session.logger.Warn("reports are missing", "device", b.device.name, "block", x.reference(), "after", last, "came", r.sequence,
		"overflow", r.overflow, "gaps", b.gaps)
	select {
	case b.wake <- x:
	default:
	}
}

// change puts a part of the object into the image. It reports false where that has no such part.
func (o *image) change(way []int, part mms.Data) bool {
	at := &o.data
	for _, i := range way {
		if at.Kind != mms.Structure || i >= len(at.Items) {
			return false
		}
		at = &at.Items[i]
	}
	if part.Kind == mms.Failure {
		return false
	}
	*at = mms.Clone(part)
	return true
}
