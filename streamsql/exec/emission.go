package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// candidate is a row or a group that may be given, with what it is sorted by.
type candidate struct {
	row    []*record
	group  *group // nil: the row stands for itself
	place  int    // among all that passed HAVING, from 1
	after  []tag.Value
	hits   fn.Hits     // before this one
	places []int64     // of the numberings
	values []tag.Value // of ORDER BY
}

// give gives what the window gives, and keeps nothing of it.
func (e *emission) give() {
	e.emit()
	*e = emission{}
}

// emit sorts, cuts and emits what is left.
func (e *emission) emit() {
	s := e.staged
	if e.failed || s.plan.Having != nil && !s.plan.Grouped && !e.havingOverAll() {
		return
	}
	candidates := e.sort(e.number(e.candidates()))
	if e.failed {
		return
	}
	mark := s.output.mark()
	e.project(candidates)
	if e.failed {
		s.output.cut(mark)
	}
	clear(s.candidates)
	s.output.flush(s.origin, s.hops, s.emit)
}

// havingOverAll evaluates HAVING over all rows together.
func (e *emission) havingOverAll() bool {
	s := e.staged
	if len(e.rows) == 0 {
		return false
	}
	s.standJoined(e.rows[0])
	if e.groups != nil {
		e.results(e.groups.list[0])
	}
	s.frame.Context.RowTime, s.frame.Context.GroupHits = e.span.End, s.groupHits
	passes := s.passes(s.plan.Having)
	if e.check(nil) || !passes {
		return false
	}
	hit(&s.groupHits, e.span.End)
	return true
}

// candidates returns the groups that pass HAVING, or the rows.
func (e *emission) candidates() []candidate {
	list := e.staged.candidates[:0]
	if !e.staged.plan.Grouped {
		for i, row := range e.rows {
			list = append(list, candidate{row: row, place: i + 1})
		}
		e.staged.candidates = list
		return list
	}
	e.wholeGroup()
	for _, g := range e.groups.list {
		c := candidate{row: g.row, group: g, place: len(list) + 1}
		if e.passes(&c) {
			list = append(list, c)
		}
	}
	e.staged.candidates = list
	return list
}

// wholeGroup makes the group that aggregates without GROUP BY have even over no
// rows, where all rows are known.
func (e *emission) wholeGroup() {
	s := e.staged
	if s.plan.Bounded && len(s.plan.Groups) == 0 && len(e.groups.list) == 0 {
		e.groups.put(&group{row: make([]*record, len(s.plan.Inputs)), aggregates: e.groups.newAggregates()})
	}
}

// passes evaluates what comes after grouping, and HAVING.
func (e *emission) passes(c *candidate) bool {
	s := e.staged
	e.standGroup(c)
	s.frame.Context.GroupHits = s.groupHits
	for i := range s.after {
		s.after[i].step(&s.frame)
		c.after = append(c.after, s.frame.Registers[s.after[i].plan.Register])
	}
	if len(c.after) > 0 && !e.held.takes(sizeOf(c.after)) {
		s.frame.Fail(e.held.tooSorted())
	}
	passes := s.passes(s.plan.Having)
	if e.check(c.row) || !passes {
		return false
	}
	c.hits = s.groupHits
	hit(&s.groupHits, e.span.End)
	return true
}

// stand makes the frame stand at a candidate.
func (e *emission) stand(c *candidate) {
	s := e.staged
	s.frame.Context.Row = c.place
	for k, place := range c.places {
		s.frame.Registers[s.plan.Numberings[k].Register] = tag.IntOf(place)
	}
	if c.group == nil {
		s.standJoined(c.row)
		return
	}
	e.standGroup(c)
	s.frame.Context.GroupHits = c.hits
	for i, v := range c.after {
		s.frame.Registers[s.after[i].plan.Register] = v
	}
}

// standGroup makes the frame stand at the row of a group and its aggregates.
// Its time is the end of the window.
func (e *emission) standGroup(c *candidate) {
	s := e.staged
	s.standJoined(c.row)
	e.results(c.group)
	s.frame.Context.RowTime = e.span.End
}

// results puts the results of a group's aggregates into their registers.
func (e *emission) results(g *group) {
	s := e.staged
	for i, a := range s.plan.Aggregates {
		v, err := g.aggregates[i].Result(&s.frame.Context)
		if err != nil {
			s.frame.Fail(err)
			v = tag.NullOf(tag.Good)
		}
		s.frame.Registers[a.Register] = v
	}
}

// sort puts the candidates in the order of ORDER BY; equal ones stay as they are.
// Those for whose values there is no room fail and are left out.
func (e *emission) sort(list []candidate) []candidate {
	order := e.staged.plan.Order
	if len(order) == 0 {
		return list
	}
	kept := list[:0]
	for _, c := range list {
		e.stand(&c)
		for _, term := range order {
			c.values = append(c.values, e.sortValue(term.Expr))
		}
		if e.sorts(&c) {
			kept = append(kept, c)
		}
	}
	slices.SortStableFunc(kept, func(a, b candidate) int { return e.compare(order, a.values, b.values) })
	e.check(nil)
	return kept
}

// sortValue returns a value that the candidate in hand is sorted by, and weighs it.
// What a column holds is kept and counted anyway.
func (e *emission) sortValue(n *expr.Node) tag.Value {
	v := n.Eval(&e.staged.frame)
	if n.Column == expr.NoColumn {
		e.weight += sizeOf([]tag.Value{v})
	}
	return v
}

// sorts counts the values that the candidate in hand is sorted by, and reports the
// error of it, if any, and false where there is no room for them.
func (e *emission) sorts(c *candidate) bool {
	fits := e.held.takes(e.weight)
	e.weight = 0
	if !fits {
		e.staged.frame.Fail(e.held.tooSorted())
	}
	e.check(c.row)
	return fits
}

func (e *emission) compare(order []plan.Order, a, b []tag.Value) int {
	for i, term := range order {
		if c := e.compareTerm(term, a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}

func (e *emission) compareTerm(term plan.Order, a, b tag.Value) int {
	switch {
	case a.IsNull() && b.IsNull():
		return 0
	case a.IsNull():
		return nullOrder(term.NullsFirst)
	case b.IsNull():
		return -nullOrder(term.NullsFirst)
	}
	c := value.Compare(a, b)
	if e.staged.plan.Dialect.Strict {
		var err error
		if c, err = value.StrictCompare("ORDER BY", a, b); err != nil {
			e.staged.frame.Fail(err)
		}
	}
	if term.Desc {
		return -c
	}
	return c
}

func nullOrder(first bool) int {
	if first {
		return -1
	}
	return 1
}

// project evaluates the select list for the candidates that LIMIT and OFFSET
// let through.
func (e *emission) project(list []candidate) {
	s := e.staged
	limit, given := s.plan.Limit, newGiven(s.plan.Distinct, &e.held)
	for i := range list {
		if e.failed || limit.Rows == 0 {
			return
		}
		mark := s.output.mark()
		e.stand(&list[i])
		s.output.row(&s.frame, s.views)
		if e.check(list[i].row) {
			s.output.cut(mark)
			continue
		}
		if err := given.cut(s.output, mark); err != nil {
			s.frame.Fail(err)
			e.check(list[i].row)
		}
		s.output.limit(mark, &limit)
	}
}

// limit cuts the rows since mark to what is left of a LIMIT, and takes them off
// it.
func (o *output) limit(mark int, left *plan.Limit) {
	n := int64(o.mark() - mark)
	if left.Offset >= n {
		left.Offset -= n
		o.cut(mark)
		return
	}
	if left.Rows >= 0 && n > left.Rows {
		o.cut(mark + int(left.Rows))
		n = left.Rows
	}
	if left.Rows >= 0 {
		left.Rows -= n
	}
}
