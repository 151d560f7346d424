package exec

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
)

// joined are joined rows, each a record for every input, nil where it has none.
type joined [][]*record

// join joins the rows of all inputs, one input after the other.
func (s *staged) join(inputs [][]*record) joined {
	width := len(inputs)
	var rows joined
	for _, r := range inputs[0] {
		row := make([]*record, width)
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
	lookup := s.index(j, added)
	matched := make([]bool, len(added))
	var out joined
	for _, row := range rows {
		found := false
		for _, at := range lookup.candidates(row) {
			row[k] = added[at]
			s.standJoined(row)
			if !s.passes(j.On) {
				continue
			}
			found, matched[at] = true, true
			out = append(out, append([]*record(nil), row...))
		}
		row[k] = nil
		if !found && (j.Kind == ast.LeftJoin || j.Kind == ast.FullJoin) {
			out = append(out, row)
		}
	}
	if j.Kind == ast.RightJoin || j.Kind == ast.FullJoin {
		for at, r := range added {
			if !matched[at] {
				row := make([]*record, len(s.plan.Inputs))
				row[k] = r
				out = append(out, row)
			}
		}
	}
	return out
}

// lookup finds the rows of an input that may join a row: all of them, or those
// of equal keys.
type lookup struct {
	staged *staged
	keys   []plan.Key
	all    []int
	byKey  map[string][]int
	key    []byte
}

// index prepares the lookup of an input's rows.
func (s *staged) index(j plan.Join, added []*record) *lookup {
	l := &lookup{staged: s, keys: j.Keys, all: make([]int, len(added))}
	for i := range l.all {
		l.all[i] = i
	}
	if len(j.Keys) == 0 {
		return l
	}
	l.byKey = make(map[string][]int)
	row := make([]*record, len(s.plan.Inputs))
	for i, r := range added {
		row[r.bound.input] = r
		s.standJoined(row)
		if l.take(func(k plan.Key) *expr.Node { return k.Right }) {
			l.byKey[string(l.key)] = append(l.byKey[string(l.key)], i)
		}
	}
	return l
}

// candidates returns the rows that may join a row.
func (l *lookup) candidates(row []*record) []int {
	if l.byKey == nil {
		return l.all
	}
	l.staged.standJoined(row)
	if !l.take(func(k plan.Key) *expr.Node { return k.Left }) {
		return nil
	}
	return l.byKey[string(l.key)]
}

// take evaluates the keys of one side, and reports false where one is NULL,
// which equals nothing.
func (l *lookup) take(side func(plan.Key) *expr.Node) bool {
	l.key = l.key[:0]
	for _, k := range l.keys {
		n := side(k)
		if n.Eval(&l.staged.frame).IsNull() {
			return false
		}
		l.key = appendKeys(l.key, &l.staged.frame, []*expr.Node{n})
	}
	return true
}
