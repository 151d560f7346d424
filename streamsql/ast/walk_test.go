package ast

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// everything is a query with every kind of node in it.
func everything() *Query {
	name := func(s string) Name { return Name{Text: s} }
	sub := &Query{Arms: []*Select{{Items: []*Item{{Expr: column("sub")}}}}}
	return &Query{
		Arms: []*Select{{
			Items: []*Item{
				{Expr: &Star{Stream: name("t"), Except: []Name{name("a")}, Replace: []*Item{{Expr: column("replaced"), Alias: name("b")}}}},
				{Expr: &Case{Operand: column("operand"), Whens: []*When{{Cond: column("cond"), Result: column("result")}}, Else: column("else1")}},
				{Expr: &Cast{X: column("cast1"), Type: &Type{Name: "TEXT"}}},
				{Expr: &Call{
					Name: name("f"), Args: []Expr{column("arg")}, Filter: column("filter"),
					Over: &Over{PartitionBy: []Expr{column("part")}, OrderBy: []*Order{{Expr: column("sort")}}, When: column("when1")},
				}},
				{Expr: &Index{X: column("array"), I: column("i")}},
				{Expr: &Slice{X: column("array2"), Low: column("low"), High: column("high")}},
				{Expr: &Subquery{Query: sub}},
			},
			From: &Stream{Name: name("t")},
			Joins: []*Join{
				{Kind: LeftJoin, Source: &Derived{Query: sub, Alias: name("d")}, On: column("on1")},
			},
			Where: &Binary{
				Op: And,
				L:  &Like{Op: OpLike, X: column("x"), Pattern: column("pattern"), Escape: column("escape1")},
				R: &Binary{
					Op: Or,
					L:  &Between{X: column("y"), Low: column("from1"), High: column("to")},
					R:  &Unary{Op: Not, X: &Exists{Query: sub}},
				},
			},
			GroupBy: []Expr{column("key"), &In{X: column("z"), List: []Expr{column("element")}}, &In{X: column("z2"), Array: column("set")}},
			Window:  &Window{Kind: State, Begin: column("begin"), Emit: column("emit"), Filter: column("filter2"), PartitionBy: []Expr{column("part2")}, When: column("when2")},
			Having:  &In{X: column("h"), Query: sub},
		}},
		OrderBy: []*Order{{Expr: column("sort2"), Desc: true}},
		Limit:   column("limit1"),
		Offset:  column("offset"),
	}
}

// What a walk does not reach, a planner does not see: every name in the text
// of the query is a column that the walk visits, in the order of the text.
func TestAWalkReachesEveryExpressionInTheOrderOfTheText(t *testing.T) {
	q := everything()
	var visited []string
	Walk(q, func(n Node) bool {
		if c, ok := n.(*Column); ok {
			visited = append(visited, c.Path[0].Text)
		}
		return true
	})
	rest := Text(q)
	for _, name := range visited {
		at := strings.Index(rest, name)
		if at < 0 {
			t.Fatalf("%s is visited too late: the text goes on with %s", name, rest)
		}
		rest = rest[at+len(name):]
	}
	if want := 41; len(visited) != want {
		t.Errorf("%d columns visited, want %d: %v", len(visited), want, visited)
	}
}

func TestAWalkDoesNotGoBelowANodeThatItIsToldToLeave(t *testing.T) {
	e := &Binary{Op: Add, L: &Unary{Op: Negate, X: column("hidden")}, R: column("seen")}
	var visited []string
	Walk(e, func(n Node) bool {
		visited = append(visited, fmt.Sprintf("%T", n))
		_, unary := n.(*Unary)
		return !unary
	})
	if want := []string{"*ast.Binary", "*ast.Unary", "*ast.Column"}; !slices.Equal(visited, want) {
		t.Errorf("visited %v, want %v", visited, want)
	}
}

func TestTheDeepestNodeEndsTheLongestWayDown(t *testing.T) {
	leaf := column("leaf")
	e := &Binary{Op: Add, L: number(1), R: &Call{Name: Name{Text: "f"}, Args: []Expr{number(2), &Unary{Op: Negate, X: leaf}, number(3)}}}
	if deepest, depth := Deepest(e); deepest != Node(leaf) || depth != 4 {
		t.Errorf("got %s at depth %d, want leaf at 4", Text(deepest), depth)
	}
	if deepest, depth := Deepest(leaf); deepest != Node(leaf) || depth != 1 {
		t.Errorf("got %s at depth %d, want leaf at 1", Text(deepest), depth)
	}
}
