package plan

import (
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/dialect"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Build plans a query over the sources of a catalog. functions, where it is not
// nil, is looked in instead of the dialect's own. Errors are *expr.Error.
func Build(q *ast.Query, catalog Catalog, functions *fn.Registry) (*Query, error) {
	return build(q, catalog, functions, nil)
}

// build plans a query that may stand in an expression of another.
func build(q *ast.Query, catalog Catalog, functions *fn.Registry, outer *builder) (*Query, error) {
	d := dialect.Of(q.Dialect)
	if functions == nil {
		functions = d.Functions
	}
	if len(q.Arms) > 1 && (q.OrderBy != nil || q.Limit != nil) {
		return build(enclose(q), catalog, functions, outer)
	}
	p := &Query{AST: q, Dialect: d}
	for _, arm := range q.Arms {
		b := newBuilder(q, arm, catalog, d, functions)
		b.outer, b.plan.Nested = outer, outer != nil
		s, err := b.build()
		if err != nil {
			return nil, err
		}
		p.Arms = append(p.Arms, s)
	}
	if err := p.align(); err != nil {
		return nil, err
	}
	return p, nil
}

// enclose turns a UNION ALL that is sorted or cut into a SELECT over it.
func enclose(q *ast.Query) *ast.Query {
	inner := *q
	inner.OrderBy, inner.Limit, inner.Offset = nil, nil, nil
	outer := *q
	outer.Arms = []*ast.Select{{
		Pos:   q.Pos,
		Items: []*ast.Item{{Pos: q.Pos, Expr: &ast.Star{Pos: q.Pos}}},
		From:  &ast.Derived{Pos: q.Pos, Query: &inner},
	}}
	return &outer
}

// align gives the columns of later arms of a UNION ALL the names of the first.
func (q *Query) align() error {
	first := q.Arms[0]
	for i, arm := range q.Arms[1:] {
		if first.Fields == nil || arm.Fields == nil {
			continue // columns that come with the rows go by their names
		}
		if len(arm.Fields) != len(first.Fields) {
			return expr.Errorf(q.AST.Arms[i+1].Pos, "this SELECT has %d columns, the first one of the UNION ALL has %d",
				len(arm.Fields), len(first.Fields))
		}
		arm.rename(first)
	}
	return nil
}

// rename gives the columns the names of another SELECT's, one by one.
func (s *Select) rename(as *Select) {
	names := make(map[string]string)
	for i, f := range s.Fields {
		names[f.Name] = as.Fields[i].Name
		s.Fields[i].Name = as.Fields[i].Name
	}
	for i := range s.Items {
		s.Items[i].Name = names[s.Items[i].Name]
	}
}

// builder plans one SELECT.
type builder struct {
	query     *ast.Query
	syntax    *ast.Select
	catalog   Catalog
	functions *fn.Registry
	dialect   *dialect.Dialect
	plan      *Select

	outer    *builder                // of the query around this one, in an expression of which it stands
	replaced map[ast.Expr]*expr.Node // what is computed elsewhere, by its place in the tree
	aliases  map[string]*alias       // by name in lower case
	shared   []*shared               // columns that USING makes one of several inputs
	blocked  []*alias                // those that were met while they were being compiled
	naming   *alias                  // the one that is being compiled, of several the innermost
	aliased  bool                    // a name was met that stands for a select item
	groups   bool                    // expressions are over groups: aggregates may stand
	whole    bool                    // the group is all rows of the window, those that WHERE will reject included
	touched  map[int]bool            // inputs whose columns were met
	bare     map[int]bool            // columns of the layout that were met outside of aggregates
}

func newBuilder(q *ast.Query, arm *ast.Select, catalog Catalog, d *dialect.Dialect, functions *fn.Registry) *builder {
	return &builder{
		query: q, syntax: arm, catalog: catalog, functions: functions, dialect: d,
		plan:     &Select{Syntax: arm, Dialect: d, functions: functions, Extreme: -1, Distinct: arm.Distinct},
		replaced: make(map[ast.Expr]*expr.Node), touched: make(map[int]bool), bare: make(map[int]bool),
	}
}

// build goes through the clauses in an order in which each finds what it needs
// of the others.
func (b *builder) build() (*Select, error) {
	b.nameAliases()
	steps := []func() error{b.from, b.joins, b.where, b.window, b.groupBy, b.items, b.having, b.orderBy, b.limit, b.check}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	b.plan.ShareKey = b.shareKey()
	return b.plan, nil
}

// compiler returns the compiler of the expressions of this SELECT.
func (b *builder) compiler() *expr.Compiler {
	return &expr.Compiler{Dialect: b.dialect, Functions: b.functions, Scope: b}
}

// compile compiles an expression over rows.
func (b *builder) compile(e ast.Expr) (*expr.Node, error) { return b.compiler().Compile(e) }

// compileAll compiles expressions over rows.
func (b *builder) compileAll(exprs []ast.Expr) ([]*expr.Node, error) {
	var nodes []*expr.Node
	for _, e := range exprs {
		n, err := b.compile(e)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, n)
	}
	return nodes, nil
}

// condition compiles a condition, which may be left out.
func (b *builder) condition(e ast.Expr) (*expr.Node, error) {
	if e == nil {
		return nil, nil
	}
	n, err := b.compile(e)
	if err != nil {
		return nil, err
	}
	return b.compiler().Condition(e.At(), n), nil
}

// conditionOverGroups compiles a condition in which aggregates may stand.
func (b *builder) conditionOverGroups(e ast.Expr) (*expr.Node, error) {
	n, err := b.overGroups(e)
	if err != nil {
		return nil, err
	}
	return b.compiler().Condition(e.At(), n), nil
}

// overGroups compiles an expression in which aggregates may stand.
func (b *builder) overGroups(e ast.Expr) (*expr.Node, error) {
	defer func(before bool) { b.groups = before }(b.groups)
	b.groups = true
	return b.compile(e)
}

// overWhole compiles WHERE. Aggregates in it, where the dialect has that, are over
// the whole window.
func (b *builder) overWhole(e ast.Expr) (*expr.Node, error) {
	if e == nil || !b.dialect.AggregatesInWhere || !b.hasAggregate(e) && !b.namesAggregate(e) {
		return b.condition(e)
	}
	if call := b.emitted(e); call != nil {
		return nil, expr.Errorf(call.Pos, "%s can only stand in the select list", call.Name.Text)
	}
	b.whole = true
	defer func() { b.whole = false }()
	return b.conditionOverGroups(e)
}

func (b *builder) where() error {
	b.plan.FilterKey = "TRUE"
	n, err := b.overWhole(b.syntax.Where)
	if n != nil && !(n.Const && n.Holds(new(expr.Frame))) {
		b.plan.Filter, b.plan.FilterKey = n, ""
		if !b.aliased && len(b.plan.Whole) == 0 {
			b.plan.FilterKey = b.dialect.Name + " " + b.plan.Inputs[0].Label + " " + ast.Text(b.syntax.Where) + b.userFunctions(b.syntax.Where)
		}
	}
	return err
}

// check refuses what has no meaning over a stream that never ends.
func (b *builder) check() error {
	p := b.plan
	streams := 0
	for _, in := range p.Inputs {
		if in.Source.Kind == StreamSource {
			streams++
		}
	}
	switch {
	case b.catalogIsBounded():
		p.Bounded = p.Window == nil
		return nil
	case streams == 0:
		return expr.Errorf(b.syntax.Pos, "no stream is read: a table alone gives no rows")
	case p.Window != nil || b.dialect.SetOfOne:
		return nil
	case p.Grouped && b.syntax.Having != nil && len(b.syntax.GroupBy) == 0 && len(p.Aggregates) == 0:
		return expr.Errorf(b.syntax.Having.At(), "HAVING is about groups, and there are none: a condition on rows stands in WHERE")
	case p.Grouped:
		return expr.Errorf(b.syntax.Pos, "groups over a stream never end: want a window in GROUP BY, such as tumble('10s')")
	case streams > 1:
		return expr.Errorf(b.syntax.Pos, "a join of streams never ends: want a window in GROUP BY, such as tumble('10s')")
	default:
		return nil
	}
}

// catalogIsBounded reports whether the inputs end, so that all of their rows
// are one window.
func (b *builder) catalogIsBounded() bool {
	bounded, ok := b.catalog.(interface{ Bounded() bool })
	return ok && bounded.Bounded()
}
