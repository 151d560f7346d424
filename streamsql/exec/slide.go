package exec

import (
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// slidingPane adds rows up by group as they come and takes them away again as
// they leave, so that a sliding window never looks at a row that stays.
type slidingPane struct {
	staged *staged
	groups *groups
	rows   []slidingRow
	kept   *kept
}

// slidingRow is a row in the window and the group that it is in.
type slidingRow struct {
	row   *record
	group *group
}

// Add takes the row in at which the frame stands.
func (p *slidingPane) Add(r *record) {
	s := p.staged
	s.taken = true
	if s.moved {
		s.stand(r)
	}
	kept := s.keep(r)
	p.take(kept)
	h := &s.windows.held
	if h.add(p.kept, kept); h.octets > h.limit {
		s.windows.makeRoom()
	}
}

// take adds a kept row up, at which the frame stands.
func (p *slidingPane) take(kept *record) {
	s := p.staged
	if !s.windows.early && !s.passes(s.plan.Filter) {
		p.rows = append(p.rows, slidingRow{row: kept})
		return
	}
	p.rows = append(p.rows, slidingRow{kept, p.groups.slideIn(kept)})
	if s.band != nil {
		s.band.settle(nil, kept)
		return
	}
	if err := s.frame.Err(); err != nil {
		s.failedRow(kept, err)
	}
}

// Remove takes the oldest row away. The frame stands there afterwards.
func (p *slidingPane) Remove() { p.drop() }

// Len returns how many rows there are.
func (p *slidingPane) Len() int { return len(p.rows) }

func (p *slidingPane) drop() *record {
	oldest := p.rows[0]
	p.staged.windows.held.remove(p.kept, oldest.row)
	p.rows[0] = slidingRow{}
	p.rows = p.rows[1:]
	if oldest.group != nil {
		p.staged.stand(oldest.row)
		p.staged.moved = true
		p.groups.slideOut(oldest.group)
	}
	return oldest.row
}

func (p *slidingPane) AppendState(dst []byte) []byte {
	rows := make([]*record, len(p.rows))
	for i, r := range p.rows {
		rows[i] = r.row
	}
	return p.staged.appendRecords(dst, rows)
}

// Restore adds the rows up again.
func (p *slidingPane) Restore(src *reader) {
	for _, r := range p.staged.restoreRecords(src) {
		p.staged.stand(r)
		p.Add(r)
	}
}

// slideIn adds a kept row to its group, which keeps it until it leaves.
func (g *groups) slideIn(r *record) *group {
	one := [1]*record{r}
	at := g.of(&g.staged.frame, one[:])
	g.staged.noteRow()
	if at == nil {
		return nil
	}
	g.slid++
	r.place = g.slid
	at.queue = append(at.queue, r)
	for i := range g.staged.plan.Aggregates {
		g.staged.accumulate(i, at.aggregates[i])
	}
	return at
}

// slideOut takes the oldest row of a group away, at which the frame stands. A
// group without rows is forgotten.
func (g *groups) slideOut(at *group) {
	s := g.staged
	for i, a := range s.plan.Aggregates {
		s.withdraw(a, at.aggregates[i].(fn.Subtractor))
	}
	at.queue[0] = nil
	at.queue = at.queue[1:]
	if len(at.queue) > 0 {
		at.row[0] = at.queue[0]
		g.unordered = true
		return
	}
	g.discount(at)
	delete(g.byKey, at.key)
	g.list = slices.DeleteFunc(g.list, func(other *group) bool { return other == at })
}

// order puts the groups in the order of the first rows that they still have, so
// that it does not hang on rows that have left.
func (g *groups) order() {
	if g.unordered {
		g.unordered = false
		slices.SortFunc(g.list, func(a, b *group) int { return cmp.Compare(a.queue[0].place, b.queue[0].place) })
	}
}

// withdraw undoes accumulate.
func (s *staged) withdraw(a plan.Aggregate, from fn.Subtractor) {
	f := &s.frame
	if a.Filter != nil && !a.Filter.Holds(f) {
		return
	}
	mark := f.Mark()
	args := f.Push(a.Args)
	if a.Func.Nulls == fn.NullIsValue || !anyNull(args) {
		from.Subtract(&f.Context, args)
	}
	f.Release(mark)
	_ = f.Err() // it was told when the row came
}
