package parse

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

func TestATextOverTheLimitIsRefused(t *testing.T) {
	text := "SELECT a FROM t --" + strings.Repeat("x", MaxText)
	if _, err := Query(text[:MaxText], ast.Standard); err != nil {
		t.Errorf("text of %d bytes: %v", MaxText, err)
	}
	_, err := Query(text[:MaxText+1], ast.Standard)
	if want := "1:1: text of 65537 bytes, at most 65536 are allowed"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestNestingUpToTheLimitIsReadAndBeyondItRefused(t *testing.T) {
	nests := []struct{ open, middle, end string }{
		{"(", "1", ")"},
		{"NOT ", "a", ""},
		{"- ", "a", ""},
		{"~", "a", ""},
		{"f(", "1", ")"},
		{"CAST(", "1", " AS TEXT)"},
		{"x[", "1", "]"},
		{"x[1:", "1", "]"},
		{"1 IN (", "1", ")"},
		{"CASE WHEN ", "1", " THEN 2 END"},
		{"(SELECT ", "1", ")"},
		{"EXISTS (SELECT ", "1", ")"},
		{"1 IN (SELECT ", "1", ")"},
	}
	for _, n := range nests {
		for _, depth := range []int{MaxDepth / 10, MaxDepth + 1} {
			text := strings.Repeat(n.open, depth) + n.middle + strings.Repeat(n.end, depth)
			_, err := Expr(text, ast.Standard)
			if refused := err != nil && strings.Contains(err.Error(), "nested"); refused != (depth > MaxDepth) {
				t.Errorf("%q %d deep: %v", n.open, depth, err)
			}
		}
	}
}

// Chains nest without brackets: each operator is above the one before it.
func TestChainsUpToTheLimitAreReadAndBeyondItRefused(t *testing.T) {
	for _, link := range []string{" + 1", " AND b", " ISNULL", " IN (1)", "[0]", "[0].b", " BETWEEN 1 AND 2", " LIKE 'x'"} {
		for _, length := range []int{MaxDepth / 10, MaxDepth + 1} {
			text := "a" + strings.Repeat(link, length)
			_, err := Expr(text, ast.Standard)
			if refused := err != nil && strings.Contains(err.Error(), "nested"); refused != (length > MaxDepth) {
				t.Errorf("%d times %q: %v", length, link, err)
			}
		}
	}
}

// Reading takes time linear in the text: with a quadratic step these texts
// would take minutes.
func TestHostileTextsOfTheGreatestLengthAreDoneWith(t *testing.T) {
	units := []string{
		"(", ")", "[", "]", "x[", "'", "''", `"`, "`", "--\n", "/*", "/**/", "-", "- ", "NOT ", "a.", "a,", "1 ", "1.", ".1 ",
		"x'", "x'00' ", "CASE ", "CASE WHEN ", "SELECT ", "SELECT a FROM (", "f(", "\\", "🙂", "ä", "\x00", "\xff", "a AS b,",
		" UNION ALL SELECT 1", "a JOIN ", "1 BETWEEN ", "* EXCEPT (", "CREATE STREAM a (", ";", "= ", "> =", "!", "/#",
	}
	for _, prefix := range []string{"", "SELECT a FROM t WHERE "} {
		for _, unit := range units {
			text := prefix + strings.Repeat(unit, (MaxText-len(prefix))/len(unit))
			for _, d := range []ast.Dialect{ast.Standard, ast.EKuiper} {
				if _, err := Script(text, d); err != nil {
					checkError(t, text, err)
				}
			}
		}
	}
}

func TestTextThatIsNotUTF8IsRefusedWhereItBegins(t *testing.T) {
	_, err := Query("SELECT 'ä\n\xff'", ast.Standard)
	if want := "2:1: text is not UTF-8"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestAScriptIsStatementsWithSemicolonsBetween(t *testing.T) {
	texts := map[string]int{
		"":                                      0,
		" ; -- nothing\n;":                      0,
		"SELECT a FROM t":                       1,
		"SELECT a FROM t;\nSELECT b FROM t;;":   2,
		"CREATE STREAM s () ; EXPLAIN SELECT 1": 2,
	}
	for text, want := range texts {
		statements, err := Script(text, ast.Standard)
		if err != nil || len(statements) != want {
			t.Errorf("%q: %d statements, error %v; want %d", text, len(statements), err, want)
		}
	}
	if _, err := Script("SELECT 1 SELECT 2", ast.Standard); err == nil {
		t.Error("statements without a semicolon between them are read")
	}
}

func TestAnErrorQuotesNoMoreThanAGlance(t *testing.T) {
	_, err := Query("SELECT a FROM '"+strings.Repeat("ä", 1000)+"'", ast.Standard)
	if err == nil || len(err.Error()) > 300 {
		t.Errorf("got %v", err)
	}
}

func TestTheQueryRemembersItsDialect(t *testing.T) {
	for _, d := range []ast.Dialect{ast.Standard, ast.EKuiper} {
		q, err := Query("SELECT a FROM (SELECT b FROM t)", d)
		if err != nil {
			t.Fatal(err)
		}
		inner := q.Arms[0].From.(*ast.Derived).Query
		if got := fmt.Sprint(q.Dialect, inner.Dialect); got != fmt.Sprint(d, d) {
			t.Errorf("got %s, want %s twice", got, d)
		}
	}
}
