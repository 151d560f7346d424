package plan

import (
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// groupBy plans GROUP BY, and decides whether there are groups at all.
func (b *builder) groupBy() error {
	defer b.watch()()
	for _, e := range b.syntax.GroupBy {
		if b.dialect.AliasFirst && b.namesAggregate(e) {
			return expr.Errorf(e.At(), "%s is an aggregate, which there is only when the rows are grouped", ast.Text(e))
		}
		n, err := b.groupTerm(e)
		if err != nil {
			return err
		}
		b.plan.Groups = append(b.plan.Groups, n)
		b.plan.GroupTexts = append(b.plan.GroupTexts, ast.Text(e))
	}
	exprs := make([]ast.Expr, 0, len(b.syntax.Items))
	for _, item := range b.syntax.Items {
		exprs = append(exprs, item.Expr)
	}
	if !b.dialect.HavingKeepsRows {
		exprs = append(exprs, b.syntax.Having)
		for _, term := range b.query.OrderBy {
			exprs = append(exprs, term.Expr)
		}
	}
	b.plan.Grouped = len(b.plan.Groups) > 0 || b.hasAggregate(exprs...) || b.syntax.Having != nil && !b.dialect.HavingKeepsRows
	return nil
}

// groupTerm compiles a term of GROUP BY: a number is the place of a select item.
func (b *builder) groupTerm(e ast.Expr) (*expr.Node, error) {
	if item, err := b.ordinal(e); item != nil || err != nil {
		return item, err
	}
	return b.compile(e)
}

// hasAggregate reports whether any of the expressions calls an aggregate. What a
// query inside of them does, does not count.
func (b *builder) hasAggregate(exprs ...ast.Expr) bool {
	found := false
	for _, e := range exprs {
		if e == nil {
			continue
		}
		ast.Walk(e, func(n ast.Node) bool {
			if _, isQuery := n.(*ast.Query); isQuery {
				return false
			}
			if call, isCall := n.(*ast.Call); isCall {
				f, ok := b.function(call)
				found = found || ok && f.Kind() == fn.AggregateKind
			}
			return !found
		})
	}
	return found
}

// function returns the function that a call means. min and max with more than
// one argument are scalar functions, as in SQLite.
func (b *builder) function(call *ast.Call) (*fn.Func, bool) {
	return b.functions.Resolve(call.Name.Text, len(call.Args))
}

// aggregate plans a call of an aggregate, once for equal texts.
func (b *builder) aggregate(call *ast.Call, f *fn.Func) (*expr.Node, error) {
	if !b.groups {
		return nil, expr.Errorf(call.Pos, "%s is an aggregate, which cannot stand here; a condition on groups stands in HAVING", f.Name)
	}
	text, planned := ast.Text(call), &b.plan.Aggregates
	if b.whole {
		planned = &b.plan.Whole
	}
	for _, a := range *planned {
		if a.Text == text {
			return expr.Register(a.Register, f.Returns), nil
		}
	}
	a, err := b.planAggregate(call, f)
	if err != nil {
		return nil, err
	}
	a.Text = text
	a.Register = b.register()
	*planned = append(*planned, a)
	return expr.Register(a.Register, f.Returns), nil
}

// planAggregate compiles the parts of an aggregate, which are over rows again.
func (b *builder) planAggregate(call *ast.Call, f *fn.Func) (a Aggregate, err error) {
	b.groups = false
	defer func() { b.groups = true }()
	defer b.watch()()
	a = Aggregate{Call: call, Func: f, Distinct: call.Distinct}
	if call.Over != nil {
		return a, expr.Errorf(call.Over.Pos, "OVER is for analytic functions; %s is an aggregate", f.Name)
	}
	if a.Args, err = b.compiler().Arguments(f, call); err != nil {
		return a, err
	}
	for _, arg := range call.Args {
		if b.dialect.AliasFirst && b.namesAggregate(arg) {
			return a, expr.Errorf(arg.At(), "%s is an aggregate, and so is %s: none is of another", ast.Text(arg), f.Name)
		}
	}
	if call.Distinct && len(a.Args) != 1 {
		return a, expr.Errorf(call.Pos, "DISTINCT wants one argument")
	}
	a.Filter, err = b.condition(call.Filter)
	return a, err
}

func (b *builder) register() int {
	b.plan.Registers++
	return b.plan.Registers - 1
}

// having plans HAVING, and which row stands for a group.
func (b *builder) having() error {
	if b.syntax.Having != nil {
		if err := b.refuseEmitted(b.syntax.Having); err != nil {
			return err
		}
		n, err := b.conditionOverGroups(b.syntax.Having)
		if err != nil {
			return err
		}
		b.plan.Having = n
	}
	return nil
}

// refuseEmitted refuses an expression that asks for the place of a row among
// those that are given before it is known which are, also by an alias.
func (b *builder) refuseEmitted(e ast.Expr) (err error) {
	ast.Walk(e, func(n ast.Node) bool {
		var call *ast.Call
		switch n := n.(type) {
		case *ast.Column:
			call = b.emittedAs(n)
		case *ast.Call:
			call = b.emitted(n)
		}
		if call != nil && err == nil {
			err = expr.Errorf(n.At(), "%s can only stand in the select list; to go by it, put the query into FROM (SELECT …)", call.Name.Text)
		}
		return err == nil
	})
	return err
}

// emittedAs returns such a call in the select item that a column names.
func (b *builder) emittedAs(c *ast.Column) *ast.Call {
	for _, item := range b.syntax.Items {
		if len(c.Path) == 1 && item.Alias.Text != "" && strings.EqualFold(item.Alias.Text, c.Path[0].Text) {
			return b.emitted(item.Expr)
		}
	}
	return nil
}

// emitted returns the first call in an expression of a function about the rows
// that are given together. What a query inside of it gives is its own matter.
func (b *builder) emitted(e ast.Expr) (found *ast.Call) {
	ast.Walk(e, func(n ast.Node) bool {
		if _, isQuery := n.(*ast.Query); isQuery {
			return false
		}
		if call, ok := n.(*ast.Call); ok && found == nil {
			if f, ok := b.function(call); ok && f.Emitted {
				found = call
			}
		}
		return found == nil
	})
	return found
}

// needsRow reports whether anything of a group's row is given but its key.
func (b *builder) needsRow() bool {
	keys := make(map[int]bool)
	for _, n := range b.plan.Groups {
		keys[n.Column] = true
	}
	for i := range b.bare {
		if !keys[i] {
			return true
		}
	}
	return slices.ContainsFunc(b.plan.Inputs, func(in *Input) bool { return in.Star })
}

// representative finds the aggregate whose row stands for its group: SQLite
// takes the row of the least or greatest value where there is one min or max.
func (b *builder) representative() {
	b.plan.Extreme = -1
	if b.dialect.FirstRowOfGroup || !b.needsRow() {
		return
	}
	for i, a := range b.plan.Aggregates {
		if a.Func.Name != "min" && a.Func.Name != "max" {
			continue
		}
		if b.plan.Extreme >= 0 {
			b.plan.Extreme = -1
			return
		}
		b.plan.Extreme = i
	}
}
