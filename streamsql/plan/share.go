package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
)

// watch notes whether what is compiled until its result is called names a
// select item, so that equal texts of other queries may mean something else.
func (b *builder) watch() func() {
	before := b.aliased
	b.aliased = false
	return func() {
		b.plan.private = b.plan.private || b.aliased
		b.aliased = b.aliased || before
	}
}

// userFunctions tells user functions that are called apart, which may have been
// replaced by others of their names.
func (b *builder) userFunctions(e ast.Node) string {
	var text strings.Builder
	ast.Walk(e, func(n ast.Node) bool {
		if call, ok := n.(*ast.Call); ok {
			if f, known := b.function(call); known && f.Family == "user" {
				fmt.Fprintf(&text, " %p", f)
			}
		}
		return true
	})
	return text.String()
}

// shareKey returns the ShareKey: of a window over one stream, in which nothing
// hangs on what only this query knows or remembers.
func (b *builder) shareKey() string {
	p := b.plan
	switch {
	case p.Window == nil || p.Nested || p.Bounded || p.private || p.FilterKey == "",
		len(p.Inputs) != 1 || p.Inputs[0].Query != nil || p.Inputs[0].Source.Kind != StreamSource,
		len(p.Before) > 0 || len(p.Subqueries) > 0 || varies(p.Filter, p.Window.Filter, p.Window.When, p.Window.Begin, p.Window.Emit):
		return ""
	}
	var key strings.Builder
	fmt.Fprintf(&key, "%s\n%s\n%s%s\n%d %t", p.Inputs[0].Label, p.FilterKey, ast.Text(b.syntax.Window), b.userFunctions(b.syntax.Window), p.Keeps(), p.Grouped)
	for _, g := range b.syntax.GroupBy {
		key.WriteString("\n" + ast.Text(g) + b.userFunctions(g))
	}
	if p.Extreme >= 0 {
		key.WriteString("\nrow of " + p.Aggregates[p.Extreme].Text)
	}
	for _, a := range p.Aggregates {
		if b.userFunctions(a.Call) != "" {
			return ""
		}
	}
	return key.String()
}

func varies(nodes ...*expr.Node) bool {
	return slices.ContainsFunc(nodes, func(n *expr.Node) bool { return n != nil && n.Varies })
}

// Union returns a query that has the window of all the given ones, which have
// one ShareKey, with the aggregates and the columns of each. Its output is of no
// use.
func Union(list []*Select) (*Query, error) {
	first := list[0]
	in := first.Inputs[0]
	syntax := *first.Syntax
	syntax.Having, syntax.Distinct, syntax.Items = nil, false, nil
	texts := make(map[string]bool)
	for _, s := range list {
		for _, a := range s.Aggregates {
			if !texts[a.Text] {
				texts[a.Text] = true
				syntax.Items = append(syntax.Items, unionItem(len(syntax.Items), a.Call))
			}
		}
	}
	if len(syntax.Items) == 0 {
		syntax.Items = []*ast.Item{unionItem(0, &ast.Literal{})}
	}
	query := &ast.Query{Pos: syntax.Pos, Dialect: dialectOf(first), Arms: []*ast.Select{&syntax}}
	b := newBuilder(query, &syntax, Sources{in.Stream: in.Source}, first.Dialect, first.functions)
	p, err := b.build()
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		b.takeColumns(s)
	}
	p.Grouped = first.Grouped
	if p.Extreme = -1; first.Extreme >= 0 {
		p.Extreme = p.AggregateOf(first.Aggregates[first.Extreme].Text)
	}
	if p.Keeps() != first.Keeps() {
		return nil, expr.Errorf(syntax.Pos, "together the aggregates keep other rows than alone")
	}
	return &Query{AST: query, Dialect: first.Dialect, Arms: []*Select{p}}, nil
}

// unionItem is an item under a name that no text can have.
func unionItem(i int, e ast.Expr) *ast.Item {
	return &ast.Item{Expr: e, Alias: ast.Name{Text: fmt.Sprintf("\x00%d", i)}}
}

func dialectOf(s *Select) ast.Dialect {
	if s.Dialect.Name == "ekuiper" {
		return ast.EKuiper
	}
	return ast.Standard
}

// takeColumns puts the columns of another SELECT over the same input into the
// layout.
func (b *builder) takeColumns(s *Select) {
	for _, c := range s.Columns {
		b.place(0, c.Name, c.Kind)
	}
	b.plan.Inputs[0].Star = b.plan.Inputs[0].Star || s.Inputs[0].Star
}

// AggregateOf returns the place of the aggregate of a text, -1 for none.
func (s *Select) AggregateOf(text string) int {
	return slices.IndexFunc(s.Aggregates, func(a Aggregate) bool { return a.Text == text })
}

// Covers reports whether the window of a SELECT has all that another needs of
// it, whose ShareKey is the same.
func (s *Select) Covers(other *Select) bool {
	for _, a := range other.Aggregates {
		if s.AggregateOf(a.Text) < 0 {
			return false
		}
	}
	for _, c := range other.Columns {
		if !slices.ContainsFunc(s.Columns, func(own Column) bool { return own.Name == c.Name }) {
			return false
		}
	}
	return s.Inputs[0].Star || !other.Inputs[0].Star
}
