package exec

import (
	"errors"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/window"
	"github.com/holdfast-edge/holdfast/tag"
)

type frame = expr.Frame

// errRestored stands for the error of a row that a window met before a restart.
var errRestored = errors.New("a row failed before the restart")

// closed gives what a window that has closed gives.
func (s *staged) closed(span window.Span, panes []window.Pane[*record]) {
	s.moved = true
	if s.band != nil {
		s.band.close(span, panes)
		return
	}
	s.frame.Context.Window.Start, s.frame.Context.Window.End = span.Start, span.End
	e := s.emission(span)
	if s.windows.added {
		e.merge(panes)
	} else {
		e.collect(panes)
	}
	e.give()
}

// emission is what one closed window gives, on its way out.
type emission struct {
	staged *staged
	span   window.Span
	rows   joined  // where there are no groups
	groups *groups // where there are
	failed bool    // a row failed, and the dialect drops all for that
	held   held    // what it is grouped, sorted and numbered by
	weight int     // of the values that the candidate in hand is sorted by
}

// emission returns the one of a window that closes. There is one at a time.
func (s *staged) emission(span window.Span) *emission {
	s.closing = emission{staged: s, span: span, held: newHeld(s.exec.options)}
	return &s.closing
}

// merge takes groups that panes have added up.
func (e *emission) merge(panes []window.Pane[*record]) {
	if sliding, ok := panes[0].(*slidingPane); ok {
		sliding.groups.order()
		e.groups = sliding.groups
		return
	}
	for _, p := range panes {
		if p.(*groupsPane).err != nil && e.staged.plan.Dialect.WholeSetFails {
			e.failed = true
		}
	}
	if len(panes) == 1 {
		e.groups = panes[0].(*groupsPane).groups
		return
	}
	w := e.staged.windows
	if w.merged == nil {
		w.merged = newGroups(e.staged, nil)
	}
	w.merged.rest()
	e.groups = w.merged
	for _, p := range panes {
		e.groups.merge(p.(*groupsPane).groups)
	}
}

// collect takes rows that panes have kept, joins and filters them, and groups
// them where the query does.
func (e *emission) collect(panes []window.Pane[*record]) {
	s := e.staged
	inputs := make([][]*record, len(s.plan.Inputs))
	if n := rowsOf(panes); n > 0 {
		for k := range inputs {
			inputs[k] = make([]*record, 0, n/len(inputs))
		}
	}
	for _, p := range panes {
		for _, r := range p.(*rowsPane).rows {
			inputs[r.bound.input] = append(inputs[r.bound.input], r)
		}
	}
	for k, t := range s.tables {
		if t != nil {
			inputs[k] = t.rows
		}
	}
	rows := e.join(inputs)
	e.check(nil)
	if !s.windows.early {
		rows = e.filter(rows)
	}
	if !s.plan.Grouped && len(s.plan.Aggregates) == 0 {
		e.rows = rows
		return
	}
	e.group(rows)
	if !s.plan.Grouped {
		e.rows = rows
	}
}

// rowsOf returns how many rows panes have kept.
func rowsOf(panes []window.Pane[*record]) (n int) {
	for _, p := range panes {
		n += len(p.(*rowsPane).rows)
	}
	return n
}

// filter keeps the rows for which WHERE holds.
func (e *emission) filter(rows joined) joined {
	s := e.staged
	e.whole(rows)
	kept := rows[:0:0]
	for _, row := range rows {
		s.standJoined(row)
		if s.passes(s.plan.Filter) {
			hit(&s.frame.Context.Hits, s.frame.Context.RowTime)
			kept = append(kept, row)
		}
		e.check(row)
	}
	return kept
}

// whole computes the aggregates that WHERE calls, which are over all rows.
func (e *emission) whole(rows joined) {
	s := e.staged
	for i := range s.plan.Whole {
		a := &s.plan.Whole[i]
		of := s.newState(a)
		if d, ok := of.(*distinct); ok {
			d.held = &e.held
		}
		for _, row := range rows {
			s.standJoined(row)
			s.add(a, of)
			e.check(row)
		}
		v, err := of.Result(&s.frame.Context)
		if err != nil {
			s.frame.Fail(err)
			e.check(nil)
			v = tag.NullOf(tag.Good)
		}
		s.frame.Registers[a.Register] = v
	}
}

// group puts rows into groups.
func (e *emission) group(rows joined) {
	e.groups = newGroups(e.staged, &e.held)
	for _, row := range rows {
		e.staged.standJoined(row)
		e.groups.addJoined(row)
		e.check(row)
	}
}

// check tells of the error that the frame has noted, if any, and reports it.
func (e *emission) check(row []*record) bool {
	err := e.staged.frame.Err()
	if err == nil {
		return false
	}
	e.failed = e.failed || e.staged.plan.Dialect.WholeSetFails
	for _, r := range row {
		if r != nil {
			e.staged.failedRow(r, err)
			return true
		}
	}
	e.staged.exec.fail(e.staged.now, err, nil, 0)
	return true
}
