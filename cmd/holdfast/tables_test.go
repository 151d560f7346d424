package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console/browsertest"
	"github.com/holdfast-edge/holdfast/internal/node"
)

// tabled is a site with a table of a file and one that a stream fills.
const tabled = `
site: plant-7
console: {listen: "127.0.0.1:0"}
streams:
  - {name: sensors, mqtt: sensors}
  - {name: started, mqtt: orders/started}
tables:
  - {name: limits, file: %q, key: machine, reread: 1h}
  - {name: orders, append: started, max_rows: 100}
rules:
  - {name: too_hot, sql: "SELECT s.t AS t, upper FROM sensors AS s JOIN limits ON limits.machine = s.machine WHERE s.t > upper"}
`

// siteOf runs a site, which the commands of the test ask.
func siteOf(t *testing.T, text string) *node.Node {
	t.Helper()
	n := quiet(t, text)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := n.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return n
}

// says runs the program and wants it to say something, or to fail with it.
func says(t *testing.T, want string, args ...string) {
	t.Helper()
	if code, out, errs := call(args...); !strings.Contains(out+errs, want) {
		t.Errorf("holdfast %s does not say %q but (%d)\n%s%s", strings.Join(args, " "), want, code, out, errs)
	}
}

func TestTablesAreShownReadAgainAndTried(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "limits.csv")
	put := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	put("limits.csv", "machine,upper\npress,80\nsaw,90\n")
	siteOf(t, fmt.Sprintf(tabled, file))

	says(t, "file "+file, "get", "tables")
	says(t, "too_hot", "get", "tables", "limits")
	says(t, "append started", "get", "tables", "orders")
	says(t, `{"machine":"saw","upper":90}`, "table", "rows", "limits", "--from", "1")
	says(t, "1 of 2 rows, from 1", "table", "rows", "limits", "--from", "1")
	says(t, "there is no such table", "table", "rows", "nosuch")
	put("limits.csv", "machine,upper\npress,70\nsaw,90\nmill,60\n")
	says(t, "limits: 3 rows", "table", "reread", "limits")
	put("limits.csv", "machine,upper\npress,1\npress,2\n")
	says(t, "row 1 has the key of another row", "table", "reread", "limits")
	says(t, "row 1 has the key of another row", "get", "tables")
	says(t, `{"machine":"press","upper":70}`, "table", "rows", "limits")
	says(t, "rows that come fill it", "table", "reread", "orders")

	says(t, "table limits of file "+file+" is asked by machine = s.machine", "explain", "too_hot")
	says(t, "table orders of append started is asked for all of its rows", "explain", "SELECT t, number FROM sensors JOIN orders ON t > low")
	const hot = "SELECT s.t AS t, upper FROM sensors AS s JOIN limits ON limits.machine = s.machine"
	rows := put("rows.json", `[{"machine":"press","t":75}]`)
	says(t, `{"t":75,"upper":70}`, "sql", "--try", hot, "--rows", rows) // with the node's own table
	both := put("both.json", `{"sensors":[{"machine":"press","t":75}],"limits":[{"machine":"press","upper":10}]}`)
	says(t, `{"t":75,"upper":10}`, "sql", "--try", hot, "--rows", both)
	fresh := put("fresh.json", `{"sensors":[{"machine":"press","t":75}],"bands":[{"name":"warm","low":50,"high":80}]}`)
	says(t, `{"t":75,"name":"warm"}`, "sql", "--try", "SELECT t, name FROM sensors JOIN bands ON t BETWEEN low AND high", "--rows", fresh)
}

func TestThePageOfANodeShowsItsTablesAndTheirRows(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limits.csv")
	if err := os.WriteFile(file, []byte("machine,upper\npress,80\nsaw,90\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := siteOf(t, fmt.Sprintf(tabled, file))
	p := browsertest.Open(t, n.ConsoleURL(), 1400, 1000)
	card := `document.querySelector('#tables [aria-label="limits"]')`
	p.Until("the table with its rule", card+`?.innerText.includes("joined by too_hot") && `+card+`.innerText.includes("2 rows")`)
	p.Eval(`[...`+card+`.querySelectorAll("button")].find(n => n.innerText === "Rows").click()`, nil)
	p.Until("its rows", `[...document.querySelectorAll("#dialog td")].some(n => n.innerText === "saw")`)
	for _, c := range p.Complaints() {
		t.Errorf("the page complains: %s", c)
	}
}
