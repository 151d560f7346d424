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
