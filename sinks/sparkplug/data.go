package sparkplug

import (
	"slices"

	"github.com/holdfast-edge/holdfast/sinks/sparkplug/payload"
	"github.com/holdfast-edge/holdfast/tag"
)

// mostMetrics is how many metrics a message of historical rows has, about.
const mostMetrics = 500

// data tells the rows of a batch of a device's stream: a birth first where there is something that hosts do not know.
func (e *edge) data(deviceName string, b *tag.Batch) (all []message) {
	d := e.device(deviceName)
	stream := b.Schema().Name()
	d.streams[stream] = true
	historical := b.Origin() == tag.Backfill
	news := e.learnAll(d, b)
	if !historical && e.isLost(d, stream, b) {
		return e.lose(d, b)
	}
	if news || !d.alive {
		if !historical {
			e.adopt(d, b)
		}
		all = append(all, e.birth(d))
	}
	return append(all, e.rows(d, b, historical)...)
}

// learnAll makes the fields of a batch known.
func (e *edge) learnAll(d *device, b *tag.Batch) (news bool) {
	for i := range b.Len() {
		for slot, v := range b.Row(i) {
			if v.Kind() == tag.Absent {
				continue
			}
			_, fresh := e.learn(d, b.Schema().Field(slot).Name, v)
			news = news || fresh
		}
	}
	return news
}

// adopt takes the values of the first row, which a birth then tells.
func (e *edge) adopt(d *device, b *tag.Batch) {
	for slot, v := range b.Row(0) {
		if v.Kind() == tag.Absent {
			continue
		}
		m := d.metrics[b.Schema().Field(slot).Name]
		m.last, m.at = v, millis(b.ValueTime(0, slot))
	}
}

// isLost notes whether the last row of a stream is all Bad, and reports whether that is so of every stream of the device.
func (e *edge) isLost(d *device, stream string, b *tag.Batch) bool {
	last := b.Len() - 1
	row := b.Row(last)
	some := false
	for slot, v := range row {
		if m := d.metrics[b.Schema().Field(slot).Name]; v.Kind() != tag.Absent && millis(b.ValueTime(last, slot)) < m.at {
			return false // that is how it was
		}
	}
	bad := !slices.ContainsFunc(row, func(v tag.Value) bool {
		some = some || v.Kind() != tag.Absent
		return v.Kind() != tag.Absent && !v.Quality().IsBad()
	})
	if !some {
		return false
	}
	d.lost[stream] = bad
	if !bad {
		return false
	}
	for s := range d.streams {
		if !d.lost[s] {
			return false
		}
	}
	return true
}

// lose tells that a device is gone (§6.4.24): its metrics are stale then. What the rows before the last have is told first.
func (e *edge) lose(d *device, b *tag.Batch) (all []message) {
	if !d.alive {
		return nil
	}
	if b.Len() > 1 {
		all = e.rows(d, b.Slice(0, b.Len()-1), false)
	}
	for slot, v := range b.Row(b.Len() - 1) {
		if m := d.metrics[b.Schema().Field(slot).Name]; m != nil && v.Kind() != tag.Absent {
			m.last, m.at = v, millis(b.ValueTime(b.Len()-1, slot))
		}
	}
	d.alive = false
	return append(all, e.message("DDEATH", d.name, nil))
}

// rows tells rows: a live one by itself, historical ones together.
func (e *edge) rows(d *device, b *tag.Batch, historical bool) (all []message) {
	var metrics []payload.Metric
	for i := range b.Len() {
		metrics = e.row(metrics, d, b, i, historical)
		if len(metrics) > 0 && (!historical || len(metrics) >= mostMetrics) {
			all = append(all, e.message("DDATA", d.name, metrics))
			metrics = nil
		}
	}
	if len(metrics) > 0 {
		all = append(all, e.message("DDATA", d.name, metrics))
	}
	return all
}

// row appends the metrics of a row. What is historical, or older than what hosts know, is no news of how the plant is now.
func (e *edge) row(dst []payload.Metric, d *device, b *tag.Batch, i int, historical bool) []payload.Metric {
	for slot, v := range b.Row(i) {
		if v.Kind() == tag.Absent {
			continue
		}
		m := d.metrics[b.Schema().Field(slot).Name]
		at := b.ValueTime(i, slot)
		if historical || millis(at) < m.at { // hosts have a newer one, if only from a birth
			told := m.tell(v, at)
			told.Historical, told.Quality = true, qualityOf(v)
			dst = append(dst, told)
			continue
		}
		if !e.changes || !m.last.Equal(v) || m.last.Quality() != v.Quality() {
			dst = append(dst, m.tell(v, at))
		}
		m.last, m.at = v, millis(at)
	}
	return dst
}
