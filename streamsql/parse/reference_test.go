package parse

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

const reference = "../../docs/reference/sql.md"

var fence = regexp.MustCompile("(?s)```sql( error| ekuiper)?\n(.*?\n)```")

// The blocks of SQL in the reference are statements. Those marked error end
// with the error that they give, as a comment.
func TestTheExamplesOfTheReferenceReadAsItSays(t *testing.T) {
	page := readReference(t)
	blocks := fence.FindAllStringSubmatch(page, -1)
	if len(blocks) < 10 {
		t.Fatalf("%d blocks of SQL found", len(blocks))
	}
	for _, block := range blocks {
		switch kind, text := block[1], block[2]; kind {
		case " error":
			checkErrorExample(t, text)
		case " ekuiper":
			checkExample(t, text, ast.EKuiper)
		default:
			checkExample(t, text, ast.Standard)
		}
	}
}

func checkExample(t *testing.T, text string, d ast.Dialect) {
	t.Helper()
	statements, err := Script(text, d)
	if err != nil || len(statements) == 0 {
		t.Errorf("%s: %d statements, error %v", text, len(statements), err)
	}
	for _, s := range statements {
		checkFixedPoint(t, s)
	}
}

func checkErrorExample(t *testing.T, text string) {
	t.Helper()
	text, want, found := strings.Cut(text, "-- ")
	if !found {
		t.Errorf("%s has no error in a comment", text)
	}
	if _, err := Statement(text, ast.Standard); err == nil || err.Error() != strings.TrimSpace(want) {
		t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
	}
}

func TestTheReferenceNamesEveryReservedWordAndNoOther(t *testing.T) {
	named := map[string]bool{}
	for _, line := range strings.Split(readReference(t), "\n") {
		words, quoted := strings.CutPrefix(line, "> ")
		if !quoted {
			continue
		}
		for _, word := range strings.Fields(words) {
			named[word] = true
			if !ast.Reserved(word) {
				t.Errorf("%s is not reserved", word)
			}
		}
	}
	for word := range ast.ReservedWords() {
		if !named[word] {
			t.Errorf("%s is reserved and not named", word)
		}
	}
}

func TestTheWindowsOfTheReferenceAreTheSameInBothForms(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `([A-Z]+WINDOW\\([^`]+)` \\| (?:`([^`]+)` )?\\|")
	rows := row.FindAllStringSubmatch(readReference(t), -1)
	if len(rows) != 9 {
		t.Errorf("%d windows found, want 9", len(rows))
	}
	for _, r := range rows {
		long := windowText(t, r[1])
		if r[2] != "" && windowText(t, r[2]) != long {
			t.Errorf("%s is %s, %s is %s", r[1], long, r[2], windowText(t, r[2]))
		}
	}
}

func windowText(t *testing.T, window string) string {
	t.Helper()
	q, err := Query("SELECT count(*) FROM t GROUP BY "+window, ast.Standard)
	if err != nil {
		t.Fatal(err)
	}
	if q.Arms[0].Window == nil {
		t.Fatalf("%s is no window", window)
	}
	return ast.Text(q.Arms[0].Window)
}

func readReference(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}
