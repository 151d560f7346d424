package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// shared is a column that USING makes one of several inputs: its name alone means
// the value of those that a row has, which are equal.
type shared struct {
	name   string
	inputs []int
}

// has reports whether a column is one of all these inputs. A nil one is of none.
func (s *shared) has(inputs ...int) bool {
	for _, k := range inputs {
		if s == nil || !slices.Contains(s.inputs, k) {
			return false
		}
	}
	return true
}

// using returns the equalities that USING of the join that adds input k stands
// for.
func (b *builder) using(syntax *ast.Join, k int) []ast.Expr {
	var all []ast.Expr
	for _, name := range syntax.Using {
		s := b.sharedBefore(name, k)
		right := &ast.Column{Pos: name.Pos, Path: []ast.Name{{Pos: name.Pos, Text: b.plan.Inputs[k].Label}, name}}
		all = append(all, &ast.Binary{Pos: name.Pos, Op: ast.Equal, L: b.merged(s, name.Pos), R: right})
		s.inputs = append(s.inputs, k)
	}
	return all
}

// sharedBefore returns the column of the name that the inputs before k have: one
// that is shared already, or that of the first input that has it.
func (b *builder) sharedBefore(name ast.Name, k int) *shared {
	if s := b.sharedColumn(name.Text); s != nil {
		return s
	}
	has := func(in *Input) bool {
		if in.Source.Schema == nil {
			return true
		}
		_, ok := Find(in.Source.Schema, name.Text)
		return ok
	}
	s := &shared{name: name.Text, inputs: []int{max(slices.IndexFunc(b.plan.Inputs[:k], has), 0)}}
	b.shared = append(b.shared, s)
	return s
}

// sharedColumn returns the column of the name that USING has made one; nil where
// there is none.
func (b *builder) sharedColumn(name string) *shared {
	for _, s := range b.shared {
		if strings.EqualFold(s.name, name) {
			return s
		}
	}
	return nil
}

// merged returns the expression of a shared column: that of the first input, unless
// a join may give rows without it.
func (b *builder) merged(s *shared, at ast.Pos) ast.Expr {
	columns := make([]ast.Expr, len(s.inputs))
	for i, k := range s.inputs {
		columns[i] = &ast.Column{Pos: at, Path: []ast.Name{{Pos: at, Text: b.plan.Inputs[k].Label}, {Pos: at, Text: s.name}}}
	}
	leaves := func(j *ast.Join) bool { return j.Kind == ast.RightJoin || j.Kind == ast.FullJoin }
	if len(columns) == 1 || !slices.ContainsFunc(b.syntax.Joins, leaves) {
		return columns[0]
	}
	return &ast.Call{Pos: at, Name: ast.Name{Pos: at, Text: "coalesce"}, Args: columns}
}
