package ast

import (
	"math"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheTextOfALiteralIsReadAsTheSameLiteral(t *testing.T) {
	tests := map[string]tag.Value{
		"NULL":                    tag.NullOf(tag.Good),
		"TRUE":                    tag.BoolOf(true),
		"FALSE":                   tag.BoolOf(false),
		"-9223372036854775808":    tag.IntOf(math.MinInt64),
		"1.0":                     tag.FloatOf(1),
		"1e+100":                  tag.FloatOf(1e100),
		"0.1":                     tag.FloatOf(0.1),
		"1.7976931348623157e+308": tag.FloatOf(math.MaxFloat64),
		"9e999":                   tag.FloatOf(math.Inf(1)),
		"-9e999":                  tag.FloatOf(math.Inf(-1)),
		"'it''s'":                 tag.StringOf("it's"),
		"x'00ff'":                 tag.BytesOf([]byte{0, 255}),
	}
	for want, value := range tests {
		if got := Text(&Literal{Value: value}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestReservedWordsAreKnownInAnyCase(t *testing.T) {
	for _, word := range []string{"select", "SELECT", "Select", "intersect"} {
		if !Reserved(word) {
			t.Errorf("%s is not reserved", word)
		}
	}
	for _, word := range []string{"", "temp", "sélect", "intersection", "selec", strings.Repeat("x", 1000)} {
		if Reserved(word) {
			t.Errorf("%q is reserved", word)
		}
	}
}

func TestTheTableOfReservedWordsFitsItsBuffer(t *testing.T) {
	for word := range reserved {
		if len(word) > longestReserved || !Reserved(word) {
			t.Errorf("%s is not found", word)
		}
	}
}

func TestEveryOperatorHasATextAndAPrecedence(t *testing.T) {
	for op := NoOp + 1; op < opCount; op++ {
		if op.String() == "" || op.Precedence() == LowestPrec || op.Precedence() >= PrimaryPrec {
			t.Errorf("operator %d is %q with precedence %d", op, op, op.Precedence())
		}
	}
}

func TestParenthesizedLeavesNothingToPrecedence(t *testing.T) {
	e := &Binary{
		Op: Or,
		L:  &Unary{Op: Not, X: column("a")},
		R:  &Between{X: column("b"), Low: &Unary{Op: Negate, X: number(1)}, High: &Like{Op: OpGlob, Not: true, X: column("c"), Pattern: column("d")}},
	}
	if got, want := Parenthesized(e), "((NOT a) OR (b BETWEEN (-1) AND (c NOT GLOB d)))"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestASourceIsKnownByItsAliasOrElseItsName(t *testing.T) {
	plain, aliased := &Stream{Name: Name{Text: "plant"}}, &Stream{Name: Name{Text: "plant"}, Alias: Name{Text: "p"}}
	derived := &Derived{Alias: Name{Text: "d"}}
	for want, source := range map[string]Source{"plant": plain, "p": aliased, "d": derived} {
		if got := source.Label(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAnOptionIsFoundInAnyCase(t *testing.T) {
	c := &CreateStream{Options: []*Option{{Name: Name{Text: "Format"}, Value: "json"}}}
	if value, ok := c.Option("FORMAT"); !ok || value != "json" {
		t.Errorf("got %q, %v", value, ok)
	}
	if value, ok := c.Option("KEY"); ok {
		t.Errorf("got %q for an option that is not there", value)
	}
}

func TestAWindowIsWrittenInTheLongestUnitThatMeasuresIt(t *testing.T) {
	tests := map[string]*Window{
		"TUMBLINGWINDOW(ss, 90)":        {Kind: Tumbling, Length: 90e9},
		"HOPPINGWINDOW(hh, 48, 1)":      {Kind: Hopping, Length: 48 * 3600e9, Every: 3600e9},
		"SLIDINGWINDOW(dd, 1)":          {Kind: Sliding, Length: 24 * 3600e9},
		"SLIDINGWINDOW(ms, 1000, 1500)": {Kind: Sliding, Length: 1e9, Delay: 1.5e9},
		"SESSIONWINDOW(mi, 10, 1)":      {Kind: Session, Length: 600e9, Every: 60e9},
		"COUNTWINDOW(5)":                {Kind: Count, Rows: 5, EveryRows: 5},
		"COUNTWINDOW(5, 2)":             {Kind: Count, Rows: 5, EveryRows: 2},
		"STATEWINDOW(a)":                {Kind: State, Begin: column("a")},
	}
	for want, w := range tests {
		if got := Text(w); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestADialectIsNamedAsConfigurationsWriteIt(t *testing.T) {
	if got := Standard.String() + " " + EKuiper.String(); got != "standard ekuiper" {
		t.Errorf("got %s", got)
	}
}
