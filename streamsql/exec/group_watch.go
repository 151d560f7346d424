package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// Missed is told of rows, from up to but without to, that gave nothing to a member
// whose output was given before them. It reports whether that settles it: then it
// is told of no more before the member has given something again.
type Missed func(b *tag.Batch, from, to int) (settled bool)

// watch is how somebody is told, row by row, what a member gives and what it does
// not: a rule that writes to a device has to know when its condition has become
// false.
type watch struct {
	missed Missed
	open   bool       // something was given since it was settled
	listed bool       // the group has it among those that are open
	upTo   int        // while it is open: rows of the batch in hand that it knows of
	seen   *tag.Batch // the batch in hand, when the member has had its turn
}

// Watch has missed told of the rows that give nothing. Each row's output is
// emitted by itself then, in turn with that. The member must be one that shares its
// filter (Query.SharesFilter), and Watch is called before the first Push.
func (m *Member) Watch(missed Missed) {
	m.watch = &watch{missed: missed}
}

// pass tells of the rows of a batch up to a place, of which nothing came.
func (w *watch) pass(b *tag.Batch, to int) {
	if w.open && w.upTo < to {
		w.open = !w.missed(b, w.upTo, to)
	}
	w.upTo = max(w.upTo, to)
}

// runWatched gives rows that passed to the select list of a member that is
// watched, one after the other.
func (m *Member) runWatched(w *work, rows []int32) {
	d, x := m.direct, m.watch
	f := d.ready(w.now, w.batch)
	for ; w.row < len(rows); w.row++ {
		i := int(rows[w.row])
		x.pass(w.batch, i)
		given := false
		d.stand(w.batch, i)
		d.give(w.batch, i)
		if f.Failed() {
			m.exec.fail(w.now, f.Err(), w.batch, i)
		}
		d.output.flush(d.origin, d.hops, func(b *tag.Batch) {
			given = true
			m.opened(i + 1)
			m.emit(b)
		})
		if !given {
			x.pass(w.batch, i+1)
		}
	}
	x.pass(w.batch, w.batch.Len())
	if x.listed {
		x.seen = w.batch
	}
}

// opened notes that the member has given something for the row before a place.
func (m *Member) opened(upTo int) {
	x := m.watch
	x.open, x.upTo = true, upTo
	if !x.listed {
		x.listed = true
		m.group.open = append(m.group.open, m)
	}
}

// settleWatched tells those that are open and had no turn that the batch gave them
// nothing.
func (g *Group) settleWatched() {
	b := g.work.batch
	g.open = slices.DeleteFunc(g.open, func(m *Member) bool {
		x := m.watch
		if x.seen != b {
			x.pass(b, b.Len())
		}
		x.seen, x.upTo, x.listed = nil, 0, x.open
		return !x.open
	})
}
