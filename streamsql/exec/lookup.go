package exec

import (
	"errors"
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

var errNoTable = errors.New("there is no such table")

// asked is what a lookup table is asked with, used again for each row.
type asked struct {
	columns []string
	values  []tag.Value
	bound   *binding // of its last answer

	all     *tag.Batch // its rows as it last gave all of them
	records []*record  // of all
}

// joinLookup adds the rows of a lookup table. A key with a NULL equals nothing.
// A row for which the lookup fails has failed: that nothing was found is not
// known.
func (e *emission) joinLookup(rows joined, j plan.Join, k int) joined {
	s := e.staged
	var out joined
	for _, row := range rows {
		added, err := s.lookUp(row, j, k)
		if err != nil {
			s.frame.Fail(err)
		}
		if e.check(row) {
			continue
		}
		found := false
		for _, r := range added {
			row[k] = r
			s.standJoined(row)
			if !s.passes(j.On) {
				continue
			}
			found = true
			if out = s.appendJoined(out, row); out == nil {
				return nil
			}
		}
		row[k] = nil
		if !found && j.Kind == ast.LeftJoin {
			out = append(out, row)
		}
	}
	return out
}

// joinWhole adds the rows of a lookup table by any condition: it is asked for all
// of them. Where that fails, all rows in hand have failed.
func (e *emission) joinWhole(rows joined, j plan.Join, k int) joined {
	added, err := e.staged.whole(k)
	if err == nil {
		return e.staged.joinOne(rows, j, k, added)
	}
	for _, row := range rows {
		e.staged.frame.Fail(err)
		e.check(row)
	}
	return nil
}

// whole returns all rows of the lookup table of an input. The records are those
// of the answer before where that was the same.
func (s *staged) whole(k int) ([]*record, error) {
	a := s.askedOf(k, plan.Join{})
	b, err := s.ask(k, nil, nil)
	if err != nil {
		return nil, err
	}
	if b != a.all {
		a.all, a.records = b, s.answered(a, k, b)
	}
	return a.records, nil
}

// lookUp asks the table of an input for the rows that belong to a row.
func (s *staged) lookUp(row []*record, j plan.Join, k int) ([]*record, error) {
	a := s.askedOf(k, j)
	s.standJoined(row)
	for i, key := range j.Keys {
		a.values[i] = key.Left.Eval(&s.frame)
		if s.frame.Failed() || a.values[i].IsNull() {
			return nil, nil
		}
	}
	b, err := s.ask(k, a.columns, a.values)
	if err != nil {
		return nil, err
	}
	return s.answered(a, k, b), nil
}

// ask asks the lookup table of an input.
func (s *staged) ask(k int, columns []string, values []tag.Value) (*tag.Batch, error) {
	name := s.plan.Inputs[k].Stream
	table := s.exec.options.Tables[name]
	if table == nil {
		return nil, fmt.Errorf("look up %s: %w", name, errNoTable)
	}
	b, err := table.Lookup(s.now, columns, values)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", name, err)
	}
	return b, nil
}

// askedOf returns what the table of an input is asked with.
func (s *staged) askedOf(k int, j plan.Join) *asked {
	if s.asked == nil {
		s.asked = make([]*asked, len(s.plan.Inputs))
	}
	if s.asked[k] == nil {
		a := &asked{values: make([]tag.Value, len(j.Keys))}
		for _, key := range j.Keys {
			a.columns = append(a.columns, key.Column)
		}
		s.asked[k] = a
	}
	return s.asked[k]
}

// answered returns the records of an answer. What the query asks of the row as
// it came is computed for each.
func (s *staged) answered(a *asked, k int, b *tag.Batch) []*record {
	if b == nil {
		return nil
	}
	if a.bound == nil || a.bound.schema != b.Schema() {
		a.bound = bind(s.plan, k, b.Schema())
	}
	list := make([]*record, b.Len())
	for i := range list {
		r := s.slab.record()
		r.bound, r.values, r.source, r.kept = a.bound, b.Row(i), b.Time(i), true
		s.frame.Row = b.Row(i)
		at(&s.frame, s.exec, b, i)
		s.compute(r)
		r.source = math.MinInt64 // the joined row's time is that of the rows that came
		list[i] = r
	}
	s.moved = true
	return list
}
