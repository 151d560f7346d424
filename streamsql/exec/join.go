package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// joined are joined rows, each a record for every input, nil where it has none.
type joined [][]*record

// join joins the rows of all inputs, one input after the other.
func (s *staged) join(inputs [][]*record) joined {
	width := len(inputs)
	rows := make(joined, 0, len(inputs[0]))
	for _, r := range inputs[0] {
		row := s.slab.row(width)
		row[0] = r
		rows = append(rows, row)
	}
	for i, j := range s.plan.Joins {
		rows = s.joinOne(rows, j, i+1, inputs[i+1])
	}
	return rows
}

// joinOne adds one input to the rows.
func (s *staged) joinOne(rows joined, j plan.Join, k int, added []*record) joined {
	lookup := s.index(j, k, added)
	matched := make([]bool, len(added))
	var out joined
	for _, row := range rows {
		found := false
		for at := range lookup.candidates(row) {
			row[k] = added[at]
			s.standJoined(row)
			if !s.passes(j.On) {
				continue
			}
			found, matched[at] = true, true
			if len(out) >= maxJoined {
				s.frame.Fail(errTooJoined)
				return nil
			}
			copied := s.slab.row(len(row))
			copy(copied, row)
			out = append(out, copied)
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
