package expr_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/dialect"
	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// columns is a scope in which every name is a column, in the order in which they
// are met.
type columns struct{ names []string }

func (s *columns) Column(c *ast.Column) (*expr.Node, error) {
	name := c.Path[0].Text
	for i, known := range s.names {
		if known == name {
			return expr.Column(i, tag.Absent), nil
		}
	}
	s.names = append(s.names, name)
	return expr.Column(len(s.names)-1, tag.Absent), nil
}

func (s *columns) Replace(ast.Expr) (*expr.Node, error) { return nil, nil }
func (s *columns) Star(*ast.Star) (*expr.Node, error)   { return expr.Row([]int{0}, nil), nil }
func (s *columns) Subquery(q *ast.Query) (*expr.Node, error) {
	return nil, expr.Errorf(q.Pos, "no queries")
}

func (s *columns) Rows(q *ast.Query) (*expr.Node, error) {
	return nil, expr.Errorf(q.Pos, "no queries")
}

// compile compiles an expression and returns a frame with values for its
// columns in the order of their names' first letters a, b, c ….
func compile(t testing.TB, text string, d ast.Dialect, values ...tag.Value) (*expr.Node, *expr.Frame) {
	t.Helper()
	e, err := parse.Expr(text, d)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	scope := &columns{}
	c := &expr.Compiler{Dialect: dialect.Of(d), Functions: dialect.Of(d).Functions, Scope: scope}
	n, err := c.Compile(e)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	f := &expr.Frame{Row: values, Slots: make([]int32, len(scope.names))}
	for i, name := range scope.names {
		f.Slots[i] = int32(name[0] - 'a')
		if int(f.Slots[i]) >= len(values) {
			f.Slots[i] = -1
		}
	}
	return n, f
}

func TestConstantsAreFolded(t *testing.T) {
	for text, want := range map[string]string{
		"1 + 2 * 3": "7", "'a' || 1": `"a1"`, "abs(-3) BETWEEN 1 AND 5": "true", "CASE WHEN 1 THEN 'x' END": `"x"`,
		"NULL AND 0": "false", "2 IN (1, 2)": "true", "CAST('3x' AS INTEGER)": "3", "x'61' LIKE 'a'": "false",
	} {
		n, _ := compile(t, text, ast.Standard)
		if !n.Const || string(tag.AppendJSON(nil, n.Value)) != want {
			t.Errorf("%s: constant %v, %s", text, n.Const, tag.AppendJSON(nil, n.Value))
		}
	}
	for _, text := range []string{"a + 1", "random()", "1 / 0 + 'x' * a"} {
		if n, _ := compile(t, text, ast.Standard); n.Const {
			t.Errorf("%s was folded", text)
		}
	}
}

func TestAConstantThatFailsFailsOnlyWhereItIsNeeded(t *testing.T) {
	n, f := compile(t, "CASE WHEN a THEN 1 / 0 ELSE 5 END", ast.EKuiper, tag.BoolOf(false))
	if v := n.Eval(f); f.Err() != nil || !v.Equal(tag.IntOf(5)) {
		t.Errorf("%v, %v", v, f.Err())
	}
	n, f = compile(t, "CASE WHEN a THEN 1 / 0 ELSE 5 END", ast.EKuiper, tag.BoolOf(true))
	n.Eval(f)
	if err := f.Err(); err == nil || !strings.HasPrefix(err.Error(), "1:18: division by zero") {
		t.Error(err)
	}
	if f.Err() != nil {
		t.Error("an error was told twice")
	}
}

func TestLogicHasThreeValues(t *testing.T) {
	null, yes, no := tag.NullOf(tag.Good), tag.IntOf(1), tag.IntOf(0)
	for _, c := range []struct {
		text string
		a, b tag.Value
		want value.Truth
	}{
		{"a AND b", null, no, value.False},
		{"a AND b", null, yes, value.Unknown},
		{"a OR b", null, yes, value.True},
		{"a OR b", null, no, value.Unknown},
		{"NOT a", null, no, value.Unknown},
		{"a = b", null, null, value.Unknown},
		{"a IS b", null, null, value.True},
		{"a IS TRUE", null, null, value.False},
		{"a IN (b, 5)", yes, null, value.Unknown},
		{"a NOT IN (b, 1)", yes, null, value.False},
		{"a BETWEEN b AND 0", yes, null, value.False},
		{"a BETWEEN b AND 2", yes, null, value.Unknown},
		{"a LIKE b", null, yes, value.Unknown},
	} {
		n, f := compile(t, c.text, ast.Standard, c.a, c.b)
		if got := n.Test(f); got != c.want || n.Holds(f) != (c.want == value.True) {
			t.Errorf("%s: %d, holds %v", c.text, got, n.Holds(f))
		}
	}
}

func TestACheapConditionIsEvaluatedBeforeADearOne(t *testing.T) {
	n, f := compile(t, "regexp_matches(a, '(x+x+)+y') AND b > 5", ast.EKuiper, tag.StringOf("x"), tag.IntOf(1))
	if n.Holds(f) || f.Failed() {
		t.Error("it holds")
	}
	// What may fail keeps its place.
	n, f = compile(t, "a > 5 AND b * 2 > 1", ast.EKuiper, tag.IntOf(1), tag.StringOf("x"))
	if n.Holds(f) || f.Err() != nil {
		t.Error("the second condition was evaluated, or came first")
	}
}

func TestAComparisonBesideAConstantIsKnown(t *testing.T) {
	for text, want := range map[string]expr.Relation{"a > 5": expr.Greater, "5 > a": expr.Less, "5 <= a": expr.GreaterEq, "a = 'x'": expr.Equal, "a <> 1": expr.NotEqual} {
		n, _ := compile(t, text, ast.Standard)
		if n.Comparison == nil || n.Comparison.Op != want || n.Comparison.Column != 0 {
			t.Errorf("%s: %+v", text, n.Comparison)
		}
	}
	n, _ := compile(t, "a > 1 AND b < 2 AND a + b > 3", ast.Standard)
	if len(n.Parts) != 3 {
		t.Errorf("%d parts", len(n.Parts))
	}
}

func TestComparisonsHoldForEveryKindOfNumber(t *testing.T) {
	big := int64(1<<53 + 1)
	for _, c := range []struct {
		text string
		a    tag.Value
		want bool
	}{
		{"a > 20", tag.FloatOf(20.5), true},
		{"a > 20.5", tag.IntOf(21), true},
		{"a = 30", tag.FloatOf(30), true},
		{"a = 9007199254740993", tag.IntOf(big), true},
		{"a = 9007199254740993", tag.FloatOf(1 << 53), false},
		{"a > 9007199254740992.0", tag.IntOf(big), true},
		{"a > 5", tag.StringOf("1"), true},
		{"a > 5", tag.UintOf(1 << 63), true},
		{"a = 1", tag.BoolOf(true), true},
		{"a > 5", tag.IntOf(9).WithQuality(tag.Bad), false},
		{"a = 'x'", tag.StringOf("x").WithQuality(tag.Bad), false},
		{"a = 'x'", tag.BytesOf([]byte("x")), false},
	} {
		n, f := compile(t, c.text, ast.Standard, c.a)
		if n.Holds(f) != c.want {
			t.Errorf("%s for %s: %v", c.text, tag.AppendJSON(nil, c.a), !c.want)
		}
	}
}

func TestWhatIsEvaluatedForEachRowDoesNotAllocate(t *testing.T) {
	values := []tag.Value{tag.IntOf(3), tag.FloatOf(2.5), tag.StringOf("pump")}
	for _, text := range []string{
		"a > 2 AND b < 3.5", "a * 2 + b", "c = 'pump' OR a IN (1, 2, 3)", "c LIKE 'pu%' AND abs(a) > 1",
		"CASE WHEN a > 1 THEN b ELSE a END", "coalesce(a, b) BETWEEN 1 AND 5", "round(b, 1) >= min(a, b)",
	} {
		n, f := compile(t, text, ast.Standard, values...)
		n.Holds(f)
		if allocations := testing.AllocsPerRun(100, func() { n.Holds(f); n.Eval(f) }); allocations > 0 && !strings.Contains(text, "round") {
			t.Errorf("%s: %v allocations", text, allocations)
		}
	}
}

func TestACallIsCheckedWhenItIsCompiled(t *testing.T) {
	for text, want := range map[string]string{
		"nofunction(1)":         "1:1: no function is called nofunction",
		"abs()":                 "1:1: abs has 0 arguments",
		"avg(a)":                "1:1: avg is of kind aggregate",
		"abs(DISTINCT a)":       "1:1: DISTINCT is for aggregates",
		"age(a + 1)":            "1:5: x of age must be a column",
		"a REGEXP '('":          "1:10: pattern of REGEXP",
		"(SELECT 1 FROM x) + 1": "1:",
	} {
		e, err := parse.Expr(text, ast.Standard)
		if err != nil {
			t.Fatal(err)
		}
		c := &expr.Compiler{Dialect: dialect.Standard(), Functions: fn.Standard(), Scope: &columns{}}
		if _, err = c.Compile(e); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestTheLikelyNameIsSuggested(t *testing.T) {
	known := []string{"temperature", "humidity", "valve", "t"}
	for name, want := range map[string]string{
		"temprature": "temperature", "HUMIDITY": "humidity", "vlave": "valve", "pressure": "", "x": "t",
	} {
		got := expr.Suggest(name, known)
		if want == "" && got != "" || want != "" && !strings.Contains(got, want+"?") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func BenchmarkConditionOfTwo(b *testing.B) {
	n, f := compile(b, "a > 2 AND b < 3.5", ast.Standard, tag.IntOf(3), tag.FloatOf(2.5))
	b.ReportAllocs()
	for b.Loop() {
		if !n.Holds(f) {
			b.Fatal("it does not hold")
		}
	}
}

func BenchmarkArithmetic(b *testing.B) {
	n, f := compile(b, "a * 2 + b", ast.Standard, tag.IntOf(3), tag.FloatOf(2.5))
	b.ReportAllocs()
	for b.Loop() {
		n.Eval(f)
	}
}
