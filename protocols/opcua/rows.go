package opcua

import (
	"cmp"
	"slices"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/outbox"
	"github.com/holdfast-edge/holdfast/tag"
)

// arrange puts what a server has sent at once into rows. It pays no heed to handles that nobody gave.
func (d *device) arrange(rows *outbox.Rows, items []*ua.MonitoredItemNotification) {
	for _, item := range items {
		if uint64(item.ClientHandle) >= uint64(len(d.watched)) || item.Value == nil {
			continue
		}
		p := d.watched[item.ClientHandle]
		v, at := p.value(item.Value)
		d.memory.saw(int(item.ClientHandle), at)
		rows.Put(outbox.Value{Group: p.group, Slot: p.slot, Value: v, Stamp: at, Origin: tag.Live})
	}
}

// arrangeRefused puts into rows which of the points the server does not watch.
func (d *device) arrangeRefused(rows *outbox.Rows, refused map[int]tag.Quality) {
	for handle, q := range refused {
		p := d.watched[handle]
		rows.Put(outbox.Value{Group: p.group, Slot: p.slot, Value: tag.NullOf(q), Origin: tag.Live})
	}
}

// pastRow is a row of a group of which the device has kept the values.
type pastRow struct {
	group int
	row   protocols.Row
}

// past is one value of a history.
type past struct {
	handle int
	value  tag.Value
	at     int64
}

// arrangedPast makes rows of histories: one for each group and instant, the oldest first.
func (d *device) arrangedPast(values []past) []pastRow {
	slices.SortStableFunc(values, func(a, b past) int {
		switch {
		case a.at != b.at:
			return cmp.Compare(a.at, b.at)
		default:
			return d.watched[a.handle].group - d.watched[b.handle].group
		}
	})
	var out []pastRow
	var last past
	for _, v := range values {
		p := d.watched[v.handle]
		n := len(out) - 1
		if n < 0 || v.at != last.at || out[n].group != p.group || out[n].row.Values[p.slot].Kind() != tag.Absent {
			row := protocols.NewRow(d.widths[p.group])
			row.Origin = tag.Backfill
			out = append(out, pastRow{p.group, row})
			n++
		}
		out[n].row.Values[p.slot], out[n].row.Stamps[p.slot] = v.value, v.at
		last = v
	}
	return out
}
