package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAQueryIsTriedOverRowsOfAFileAndOverLiveOnes(t *testing.T) {
	plant(t)
	rows := filepath.Join(t.TempDir(), "rows.json")
	if err := os.WriteFile(rows, []byte(`[{"temperature":29},{"temperature":31},{"temperature":32}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := call("sql", "--try", "SELECT temperature AS t FROM boiler WHERE temperature > 30", "--rows", rows)
	if code != 0 || strings.Count(out, "\n") != 2 || !strings.Contains(out, `{"t":31}`) || !strings.Contains(errs, "3 rows in, 2 out, 0 failed") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	code, out, errs = call("sql", "--try", "SELECT temperature AS t FROM boiler", "--limit", "2", "--for", "60s")
	if code != 0 || strings.Count(out, `{"t":`) != 2 || !strings.Contains(errs, "as many rows were given as were asked for") {
		t.Errorf("live: code %d\n%s%s", code, out, errs)
	}
	code, _, errs = call("sql", "--try", "SELECT temprature FROM boiler")
	if code == 0 || !strings.Contains(errs, "did you mean temperature?") {
		t.Errorf("code %d: %s", code, errs)
	}
	if code, _, errs = call("sql", "SELECT 1 FROM boiler"); code == 0 || !strings.Contains(errs, "--try") {
		t.Errorf("without --try: code %d: %s", code, errs)
	}
}

func TestAQueryIsTriedOverRowsOfAFileWithoutANode(t *testing.T) {
	file := func(text string) string {
		name := filepath.Join(t.TempDir(), "rows.json")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	lines := file(`{"d":"a","t":1,"at":1764318600000}
{"d":"b","t":2,"at":1764318601000}
{"d":"a","t":3,"at":1764318612000}`)
	joined := file(`{"s":[{"d":"a","t":1},{"d":"b","t":2}],"names":[{"d":"a","n":"boiler"}]}`)
	for name, c := range map[string]struct {
		rows, query, want, says string
		flags                   []string
	}{
		"objects a line":    {lines, "SELECT t FROM s WHERE t > 1", `{"t":2}{"t":3}`, "3 rows in, 2 out", nil},
		"times of the rows": {lines, "SELECT count(*) AS n FROM s GROUP BY tumble('10s')", `{"n":2}{"n":1}`, "3 rows in", []string{"--time", "at", "--event-time"}},
		"a table":           {joined, "SELECT s.t AS t, n.n AS name FROM s JOIN names AS n ON n.d = s.d", `{"t":1,"name":"boiler"}`, "", nil},
		"a stream beside":   {joined, "SELECT s.t AS t, n.n AS name FROM s JOIN names AS n ON n.d = s.d GROUP BY tumble('1m')", `{"t":1,"name":"boiler"}`, "", nil},
		"misspelt":          {lines, "SELECT temp FROM s WHERE d = 'b'", `{}`, "no row has s.temp", nil},
		"eKuiper's":         {lines, `SELECT t FROM s WHERE d = "b"`, `{"t":2}`, "", []string{"--ekuiper"}},
	} {
		code, out, errs := call(append([]string{"sql", "--try", "--here", "--rows", c.rows, c.query}, c.flags...)...)
		got := ""
		for line := range strings.Lines(out) {
			_, row, _ := strings.Cut(strings.TrimSpace(line), "  ")
			got += row
		}
		if code != 0 || got != c.want || !strings.Contains(errs, c.says) {
			t.Errorf("%s: code %d, got %s, want %s\n%s", name, code, got, c.want, errs)
		}
	}
	if code, _, errs := call("sql", "--try", "--here", "SELECT 1 FROM s"); code == 0 || !strings.Contains(errs, "--rows") {
		t.Errorf("without rows: code %d: %s", code, errs)
	}
}

func TestARuleAndAQueryAreExplained(t *testing.T) {
	plant(t)
	code, out, errs := call("explain", "SELECT max(temperature) AS m FROM boiler GROUP BY tumble('10s')")
	if code != 0 || !strings.Contains(out, "boiler") || !strings.Contains(out, "TUMBLINGWINDOW") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	if code, out, errs = call("explain", "forward"); code != 0 || !strings.Contains(out, "read ") {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
	if code, _, errs = call("explain", "nothing"); code == 0 || !strings.Contains(errs, "no rule is called nothing") {
		t.Errorf("code %d: %s", code, errs)
	}
}
