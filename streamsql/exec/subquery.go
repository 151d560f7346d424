package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/window"
	"github.com/holdfast-edge/holdfast/tag"
)

// subquery is a query in an expression, with the rows that it has seen. Its
// inputs are all kept as tables are.
type subquery struct {
	exec   *Exec
	linked bool // it depends on the row around it
	fresh  bool // result is of the rows as they are
	result tag.Value
}

func newSubquery(s *staged, p plan.Subquery) *subquery {
	q := &subquery{exec: newExec(p.Query, s.exec.options, s.exec.root)}
	for i, arm := range p.Arms {
		q.linked = q.linked || hangs(arm)
		q.exec.arms[i] = newStaged(q.exec, arm)
	}
	return q
}

// push gives a batch to the inputs that read the source.
func (q *subquery) push(now int64, name string, b *tag.Batch) {
	q.fresh = false
	q.exec.push(now, name, b, func(*tag.Batch) {})
}

// rows returns the first column of the rows that the query gives beside the row
// at which the frame around it stands.
func (q *subquery) rows(outer *expr.Frame) tag.Value {
	if q.fresh && !q.linked {
		return q.result
	}
	var values []tag.Value
	for _, a := range q.exec.arms {
		a.(*staged).evaluate(outer, func(b *tag.Batch) {
			for i := range b.Len() {
				values = append(values, b.Row(i)[0])
			}
		})
	}
	q.result, q.fresh = tag.ArrayOf(values), true
	return q.result
}

// hangs reports whether what the SELECT gives hangs on the row around it, or on
// rows that are asked for and may be others each time; in FROM, too.
func hangs(p *plan.Select) bool {
	return len(p.Links) > 0 || slices.ContainsFunc(p.Inputs, func(in *plan.Input) bool {
		return in.Source.Kind == plan.LookupSource || in.Query != nil && slices.ContainsFunc(in.Query.Arms, hangs)
	})
}

// askAll takes in all rows of the lookup table that the SELECT begins with, if it
// does.
func (s *staged) askAll(outer *expr.Frame) {
	if s.plan.Inputs[0].Source.Kind != plan.LookupSource {
		return
	}
	rows, err := s.whole(0)
	if err != nil {
		outer.Fail(err)
		return
	}
	s.tables[0].rows = rows
}

// evaluate gives what the SELECT gives over the rows that it has kept.
func (s *staged) evaluate(outer *expr.Frame, emit Emit) {
	f := &s.frame
	f.Context = outer.Context
	s.now, s.emit = outer.Context.Now, emit
	for _, link := range s.plan.Links {
		f.Registers[link.Register] = link.Outer.Eval(outer)
	}
	for k, nested := range s.nested {
		if nested != nil {
			s.tables[k].rows = nil
			for _, a := range nested.arms {
				a.(*staged).evaluate(outer, s.into(s.now, k, emit))
			}
		}
	}
	if s.askAll(outer); outer.Failed() {
		return
	}
	e := s.emission(window.Span{})
	e.collect(nil)
	e.give()
}
