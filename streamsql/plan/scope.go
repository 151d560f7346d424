package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Replace returns the registers of aggregates and analytic calls, and of what
// only the row as it came knows.
func (b *builder) Replace(e ast.Expr) (*expr.Node, error) {
	call, ok := e.(*ast.Call)
	if !ok {
		return nil, nil
	}
	if n := b.replaced[e]; n != nil {
		return n, nil
	}
	f, ok := b.function(call)
	switch {
	case !ok:
		return nil, nil
	case f.Kind() == fn.AggregateKind:
		return b.aggregate(call, f)
	case f.Kind() == fn.AnalyticKind:
		return b.analytic(call, f)
	case f.AtSource:
		return b.atSource(call)
	case f.Emitted && !b.groups:
		return nil, expr.Errorf(call.Pos, "%s can only stand in the select list; to go by it, put the query into FROM (SELECT …)", f.Name)
	case f.Emitted && call.Over != nil:
		return b.numbering(call, f)
	default:
		return nil, nil
	}
}

// analytic plans a call of an analytic function: over rows, or over groups where
// it is about aggregates.
func (b *builder) analytic(call *ast.Call, f *fn.Func) (*expr.Node, error) {
	overGroups := b.hasAggregate(call.Args...)
	if overGroups && !b.groups {
		return nil, expr.Errorf(call.Pos, "%s of an aggregate cannot stand here", f.Name)
	}
	defer func(before bool) { b.groups = before }(b.groups)
	b.groups = overGroups
	before, inputs, err := b.planAnalytic(call, f)
	if err != nil {
		return nil, err
	}
	before.Register = b.register()
	n := expr.Register(before.Register, f.Returns)
	b.replaced[call] = n
	if overGroups {
		b.plan.After = append(b.plan.After, before)
		return n, nil
	}
	before.Input, err = oneOf(call, inputs)
	b.plan.Before = append(b.plan.Before, before)
	return n, err
}

// planAnalytic compiles the parts of an analytic call and tells what inputs they
// are about.
func (b *builder) planAnalytic(call *ast.Call, f *fn.Func) (before Before, inputs map[int]bool, err error) {
	before = Before{Text: ast.Text(call), Func: f}
	_, inputs, err = b.about(func() (*expr.Node, error) {
		if before.Args, err = b.compiler().Arguments(f, call); err != nil || call.Over == nil {
			return nil, err
		}
		if before.When, err = b.condition(call.Over.When); err != nil {
			return nil, err
		}
		before.Partition, err = b.compileAll(call.Over.PartitionBy)
		return nil, err
	})
	return before, inputs, err
}

// atSource plans a call that is about the row as it came. It is evaluated there,
// before the row is kept, joined or grouped.
func (b *builder) atSource(call *ast.Call) (*expr.Node, error) {
	n, inputs, err := b.about(func() (*expr.Node, error) { return b.compiler().CompileCall(call) })
	if err != nil {
		return nil, err
	}
	before := Before{Text: ast.Text(call), Expr: n, Register: b.register()}
	if before.Input, err = oneOf(call, inputs); err != nil {
		return nil, err
	}
	if k := b.named(call); k >= 0 {
		before.Input = k
	}
	b.plan.Before = append(b.plan.Before, before)
	b.replaced[call] = expr.Register(before.Register, n.Type)
	return b.replaced[call], nil
}

// named returns the input that a call names in an argument that is not looked
// up, as meta(stream.topic) does; -1 for none.
func (b *builder) named(call *ast.Call) int {
	for _, arg := range call.Args {
		if c, ok := arg.(*ast.Column); ok && len(c.Path) > 1 {
			return b.labelled(c.Path[0].Text)
		}
	}
	return -1
}

// oneOf returns the one input that something is about, the first where it is
// about none.
func oneOf(call *ast.Call, inputs map[int]bool) (int, error) {
	if len(inputs) > 1 {
		return 0, expr.Errorf(call.Pos, "%s is about columns of several sources: want those of one", call.Name.Text)
	}
	for k := range inputs {
		return k, nil
	}
	return 0, nil
}

// Star returns the columns of a star as one Object.
func (b *builder) Star(s *ast.Star) (*expr.Node, error) {
	inputs, err := b.starred(s)
	if err != nil {
		return nil, err
	}
	for _, k := range inputs {
		b.takeAll(k)
	}
	return expr.Row(inputs, excepted(s)), nil
}

// takeAll makes the rows of an input keep all of their columns.
func (b *builder) takeAll(k int) {
	in := b.plan.Inputs[k]
	b.touched[k] = true
	in.Star = true
}
