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
	d := dialect.Of(q.Dialect)
	if functions == nil {
		functions = d.Functions
	}
	p := &Query{AST: q, Dialect: d}
	for _, arm := range q.Arms {
		b := &builder{
			catalog: catalog, functions: functions, dialect: d, syntax: arm,
			plan: &Select{Dialect: d}, replaced: make(map[ast.Expr]*expr.Node), expanding: make(map[string]bool),
		}
		s, err := b.build()
		if err != nil {
			return nil, err
		}
		p.Arms = append(p.Arms, s)
	}
	return p, nil
}

// builder plans one SELECT.
type builder struct {
	catalog   Catalog
	functions *fn.Registry
	dialect   *dialect.Dialect
	syntax    *ast.Select
	plan      *Select

	replaced  map[ast.Expr]*expr.Node // what is computed elsewhere, by its place in the tree
	expanding map[string]bool         // aliases whose definition is being compiled
}

// build goes through the clauses in an order in which each finds what it needs
// of the others.
func (b *builder) build() (*Select, error) {
	for _, step := range []func() error{b.from, b.where, b.items} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return b.plan, nil
}

// compiler returns the compiler of expressions over rows.
func (b *builder) compiler() *expr.Compiler {
	return &expr.Compiler{Dialect: b.dialect, Functions: b.functions, Scope: b}
}

func (b *builder) where() error {
	if b.syntax.Where == nil {
		return nil
	}
	n, err := b.compiler().Compile(b.syntax.Where)
	if err != nil {
		return err
	}
	if !n.Const || n.Test(new(expr.Frame)) != 1 {
		b.plan.Filter = n
	}
	return nil
}
