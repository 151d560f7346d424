package ast

import (
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func number(i int64) Expr { return &Literal{Value: tag.IntOf(i)} }

func column(names ...string) *Column {
	c := &Column{}
	for _, n := range names {
		c.Path = append(c.Path, Name{Text: n})
	}
	return c
}

func TestTextHasTheParenthesesThatTheTreeNeedsAndNoOthers(t *testing.T) {
	sum := &Binary{Op: Add, L: number(1), R: number(2)}
	tests := []struct {
		expr Expr
		want string
	}{
		{&Binary{Op: Multiply, L: sum, R: number(3)}, "(1 + 2) * 3"},
		{&Binary{Op: Subtract, L: sum, R: number(3)}, "1 + 2 - 3"},
		{&Binary{Op: Subtract, L: number(3), R: sum}, "3 - (1 + 2)"},
		{&Unary{Op: Not, X: &Binary{Op: Equal, L: number(1), R: number(2)}}, "NOT 1 = 2"},
		{&Binary{Op: Equal, L: &Unary{Op: Not, X: number(1)}, R: number(2)}, "(NOT 1) = 2"},
		{&Unary{Op: Negate, X: &Unary{Op: Negate, X: number(1)}}, "- -1"},
		{&Unary{Op: Negate, X: number(-1)}, "- -1"},
		{&Unary{Op: Negate, X: &Literal{Value: tag.FloatOf(math.Copysign(0, -1))}}, "- -0.0"}, // two signs together begin a comment
		{&Index{X: number(-1), I: number(0)}, "(-1)[0]"},
		{column("order", "Tür", "a b"), `"order".Tür."a b"`},
	}
	for _, test := range tests {
		if got := Text(test.expr); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
