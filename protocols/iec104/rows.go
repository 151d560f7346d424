package iec104

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/tag"
)

// delivery is a row of a group on its way to the actors.
type delivery struct {
	group int
	row   protocols.Row
}

// emptyRow returns a row in which nothing has changed.
func (d *device) emptyRow(group int) protocols.Row {
	return protocols.Row{Values: make([]tag.Value, d.widths[group]), Stamps: make([]int64, d.widths[group])}
}

// stampOf returns when an object was what it says; 0: when it arrived.
func (d *device) stampOf(t apdu.Type, o apdu.Object, now time.Time) int64 {
	if !t.Timed() {
		return 0
	}
	return instant(o.Time, d.zone, now)
}

// arranger puts objects into rows: one of each group, and more where an object has changed several times, so that no
// change is lost and they stay in order.
type arranger struct {
	device *device
	out    []delivery
}

// put puts a value into the newest row of its group and origin, or into a new one.
func (a *arranger) put(p *point, v tag.Value, stamp int64, origin tag.Origin) {
	for i := len(a.out) - 1; i >= 0; i-- {
		if d := a.out[i]; d.group == p.group {
			if d.row.Origin == origin && d.row.Values[p.slot].Kind() == tag.Absent && (origin == tag.Live || a.instantOf(d.row) == stamp) {
				d.row.Values[p.slot], d.row.Stamps[p.slot] = v, stamp
				return
			}
			break
		}
	}
	row := a.device.emptyRow(p.group)
	row.Origin, row.Values[p.slot], row.Stamps[p.slot] = origin, v, stamp
	a.out = append(a.out, delivery{p.group, row})
}

// instantOf returns the time of a row of the past, whose values are of one instant.
func (*arranger) instantOf(row protocols.Row) int64 {
	for _, stamp := range row.Stamps {
		if stamp != 0 {
			return stamp
		}
	}
	return 0
}
