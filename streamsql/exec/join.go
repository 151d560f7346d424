package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// joined are joined rows, each a record for every input, nil where it has none.
type joined [][]*record

// join joins the rows of all inputs, one input after the other.
func (e *emission) join(inputs [][]*record) joined {
	s := e.staged
	rows := make(joined, 0, len(inputs[0]))
	for _, r := range inputs[0] {
		row := s.slab.row(len(inputs))
		row[0] = r
		rows = append(rows, row)
	}
	for i, j := range s.plan.Joins {
		k := i + 1
		switch {
		case s.plan.AsksByKey(k):
			rows = e.joinLookup(rows, j, k)
		case s.plan.Inputs[k].Source.Kind == plan.LookupSource:
			rows = e.joinWhole(rows, j, k)
		default:
			rows = s.joinOne(rows, j, k, inputs[k])
		}
	}
	return rows
}

// joinOne adds one input to the rows.
func (s *staged) joinOne(rows joined, j plan.Join, k int, added []*record) joined {
	partners := s.index(j, k, added)
	matched := make([]bool, len(added))
	out := make(joined, 0, len(rows))
	for _, row := range rows {
		found := false
		for at := range partners.candidates(row) {
			row[k] = added[at]
			s.standJoined(row)
			if !s.passes(j.On) {
				continue
			}
			found, matched[at] = true, true
			if out = s.appendJoined(out, row); out == nil {
				return nil
			}
		}
		row[k] = nil
		if !found && (j.Kind == ast.LeftJoin || j.Kind == ast.FullJoin) {
			out = append(out, row)
		}
	}
	if j.Kind == ast.RightJoin || j.Kind == ast.FullJoin {
		for at, r := range added {
			if !matched[at] {
				row := s.slab.row(len(s.plan.Inputs))
				row[k] = r
				out = append(out, row)
			}
		}
	}
	return out
}

// appendJoined appends a copy of a row, and notes an error and returns nil where
// there are too many.
func (s *staged) appendJoined(out joined, row []*record) joined {
	if len(out) >= maxJoined {
		s.frame.Fail(errTooJoined)
		return nil
	}
	copied := s.slab.row(len(row))
	copy(copied, row)
	return append(out, copied)
}
