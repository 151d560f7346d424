package node

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
)

// swapped is a site whose rules call functions of a module, of which FILE and
// DIGEST are what the test changes.
const swapped = `
site: plant-7
console: {listen: "127.0.0.1:0"}
broker: {listen: "127.0.0.1:0"}
functions: [{name: units, file: "%s", sha256: %s}]
streams: [{name: near, mqtt: {topic: "s", qos: 1}}]
rules:
  - {name: near_called, sql: "SELECT n, lag(n) AS before, acc_count(n) AS c, fahrenheit(n) AS f, fahrenheit(w) - fahrenheit(n) AS d FROM near"}
  - {name: near_stays, sql: "SELECT n, lag(n) AS before, acc_count(n) AS c FROM near"}
`

func TestAModuleIsSwappedUnderBusyRulesAndEachRowIsEvaluatedOnceByOneOfThem(t *testing.T) {
	if testing.Short() {
		t.Skip("a broker and a publisher")
	}
	files := []string{"testdata/celsius.wasm", "testdata/celsius-2.wasm"} // 32 and 33 are added
	l := lives{t, t.TempDir(), components(t)}
	text := func(version int) string { return fmt.Sprintf(swapped, files[version%2], digestOf(t, files[version%2])) }
	n := run(t, text(0))
	called, stays := collect(n, "near_called"), collect(n, "near_stays")
	stop := publisher(t, listening(t, n))
	ended := stopped(n, func() {
		for version := range 10 {
			if err := n.enter(t.Context(), l.scene(text(version))); err != nil {
				t.Fatal(err)
			}
			for by := 0.0; by != float64(32+version%2); by = offset(called.rows[len(called.rows)-1]) {
				called.until(t, called.last()+1) // rows of the module before may still come
			}
		}
	})
	for _, path := range ended {
		if path == "/rules/near_stays" || path == "/streams/near" {
			t.Errorf("%s was stopped", path)
		}
	}
	last := stop()
	for _, c := range []*collector{called, stays} {
		c.until(t, last)
		c.check(t)
		if len(c.rows) != last || c.rows[0]["n"] != 1.0 {
			t.Errorf("%s has %d rows of %d", c.sub.Stream().Name(), len(c.rows), last)
		}
	}
	swaps, before := 0, 32.0
	for _, row := range called.rows {
		at := row["n"].(float64)
		by := offset(row)
		if by != 32 && by != 33 || int(row["d"].(float64)*10+0.5) != int(18*at) {
			t.Fatalf("a row of neither module, or of both: %v", row)
		}
		if by != before {
			swaps++
		}
		before = by
	}
	if swaps != 9 {
		t.Errorf("the module changes %d times in the rows, and was swapped 9 times", swaps)
	}
	for _, r := range n.Rules() {
		if r.Failed > 0 || r.Dropped > 0 {
			t.Errorf("%s: %d failed, %d dropped", r.Name, r.Failed, r.Dropped)
		}
	}
}

// offset is what the module that evaluated a row adds.
func offset(row map[string]any) float64 {
	return float64(int(row["f"].(float64) - 1.8*row["n"].(float64) + 0.5))
}

func TestATrialKnowsTheFunctionsOfAFileThatHasComeSinceTheStart(t *testing.T) {
	c, site, file := absent(t)
	n, err := Start(t.Context(), Options{Components: c, Site: site, Dir: t.TempDir(), Version: "test", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	try := func() (console.Tried, error) {
		return n.Try(t.Context(), console.Trial{
			Question: console.Question{SQL: "SELECT fahrenheit(t) AS f FROM sensors"},
			Rows:     map[string]json.RawMessage{"": json.RawMessage(`[{"t": 100}]`)}, Limit: 10,
		})
	}
	got, err := try()
	if err != nil || len(got.Failures) != 1 || !strings.Contains(got.Failures[0].Error, "units.wasm") || len(n.Functions()) != 0 {
		t.Fatalf("without the file: %+v, %v, %v", got, err, n.Functions())
	}
	bring(t, file)
	for _, a := range n.plan().away {
		a.mu.Lock()
		a.tried = a.tried.Add(-lookAgain)
		a.mu.Unlock()
	}
	got, err = try()
	if err != nil || len(got.Rows) != 1 || string(got.Rows[0].Row) != `{"f":212}` {
		t.Fatalf("with the file: %+v, %v", got, err)
	}
	all := n.Functions()
	if len(all) != 1 || all[0].Signature != "fahrenheit(celsius number) float" || all[0].Module != "units" || all[0].Rules[0] != "hot" {
		t.Fatalf("functions are %+v", all)
	}
	if f := all[0]; f.Calls != 1 || f.Failures != 0 || f.FuelUsed != 5 || f.MaxFuel != 5 || f.MeanFuel != 5 || f.Fuel != 10_000_000 {
		t.Errorf("what it used is %+v", f)
	}
}
