package opcua

import (
	"cmp"
	"slices"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols"
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

// arranged makes rows of what a server has sent at once: one of each group, and more where a value has changed several
// times, so that none is lost and they stay in order. It pays no heed to handles that nobody gave.
func (d *device) arranged(items []*ua.MonitoredItemNotification) []delivery {
	var out []delivery
	open := make([]int, len(d.widths)) // the row of a group that is filled, from 1; 0: none
	for _, item := range items {
		if uint64(item.ClientHandle) >= uint64(len(d.watched)) || item.Value == nil {
			continue
		}
		p := d.watched[item.ClientHandle]
		v, at := p.value(item.Value)
		d.memory.saw(int(item.ClientHandle), at)
		if n := open[p.group]; n == 0 || out[n-1].row.Values[p.slot].Kind() != tag.Absent {
			out = append(out, delivery{p.group, d.emptyRow(p.group)})
			open[p.group] = len(out)
		}
		row := out[open[p.group]-1].row
		row.Values[p.slot], row.Stamps[p.slot] = v, at
	}
	return out
}

// refusedRows makes the rows that say which of the points the server does not watch.
func (d *device) refusedRows(refused map[int]tag.Quality) []delivery {
	rows := map[int]protocols.Row{}
	for handle, q := range refused {
		p := d.watched[handle]
		if _, ok := rows[p.group]; !ok {
			rows[p.group] = d.emptyRow(p.group)
		}
		rows[p.group].Values[p.slot] = tag.NullOf(q)
	}
	var out []delivery
	for group, row := range rows {
		out = append(out, delivery{group, row})
	}
	return out
}

// past is one value of a history.
type past struct {
	handle int
	value  tag.Value
	at     int64
}

// arrangedPast makes rows of histories: one for each group and instant, the oldest first.
func (d *device) arrangedPast(values []past) []delivery {
	slices.SortStableFunc(values, func(a, b past) int {
		switch {
		case a.at != b.at:
			return cmp.Compare(a.at, b.at)
		default:
			return d.watched[a.handle].group - d.watched[b.handle].group
		}
	})
	var out []delivery
	var last past
	for _, v := range values {
		p := d.watched[v.handle]
		n := len(out) - 1
		if n < 0 || v.at != last.at || out[n].group != p.group || out[n].row.Values[p.slot].Kind() != tag.Absent {
			row := d.emptyRow(p.group)
			row.Origin = tag.Backfill
			out = append(out, delivery{p.group, row})
			n++
		}
		out[n].row.Values[p.slot], out[n].row.Stamps[p.slot] = v.value, v.at
		last = v
	}
	return out
}
