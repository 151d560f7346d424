package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

const celsius = "testdata/celsius.wasm"

// absent is the site warm with the file of its module away, and where it is to be.
func absent(t *testing.T) (c *Components, site *config.Site, file string) {
	t.Helper()
	dir := t.TempDir()
	file = filepath.Join(dir, "units.wasm")
	text := strings.Replace(warm(t, celsius), celsius, filepath.ToSlash(file), 1)
	of := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(of, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c = components(t)
	if _, err := c.Load(of); err == nil || !strings.Contains(err.Error(), "units.wasm") {
		t.Fatalf("a change to a module that is away is taken: %v", err)
	}
	site, err := c.LoadToRun(of)
	if err != nil {
		t.Fatalf("a node does not start without the file: %v", err)
	}
	return c, site, file
}

func bring(t *testing.T, file string) {
	t.Helper()
	code, err := os.ReadFile(celsius)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, code, 0o600); err != nil {
		t.Fatal(err)
	}
}

// evaluate gives a rule a row of 100 °C.
func evaluate(t *testing.T, q *streamsql.Query) (given string, failed error) {
	t.Helper()
	e := q.New(streamsql.Options{Failed: func(f streamsql.Failure) { failed = f.Err }})
	s, err := tag.NewSchema(tag.NewStreamID("plant-7", "sensors"), "sensors", tag.Field{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(s, 1)
	b.Row(1)[0] = tag.FloatOf(100)
	e.Push(0, 0, b.Batch(), func(out *tag.Batch) { given = string(tag.AppendRowJSON(nil, out, 0)) })
	return given, failed
}

func TestARuleWhoseModuleIsAwayRunsAndItsRowsFailUntilTheFileIsThere(t *testing.T) {
	c, site, file := absent(t)
	for _, there := range []bool{false, true} {
		if there {
			bring(t, file)
			site.Functions[0].Fuel = 5_000 // another module to the loader
		}
		p, errs := c.planWith(site, true)
		if len(errs) > 0 || len(p.rules) != 2 {
			t.Fatalf("%d rules, %v", len(p.rules), errs)
		}
		given, failed := evaluate(t, p.rules[0].Query)
		switch {
		case !there && (failed == nil || !strings.Contains(failed.Error(), "units.wasm")):
			t.Errorf("without its module the row gives %s, %v", given, failed)
		case there && (failed != nil || given != `{"f":212,"n":1}`):
			t.Errorf("with its module the row gives %s, %v", given, failed)
		}
		if given, failed := evaluate(t, p.rules[1].Query); failed != nil || given != `{"t":100}` {
			t.Errorf("the rule beside it gives %s, %v", given, failed)
		}
	}
}

func TestAModuleThatIsAwayIsLookedForNowAndThen(t *testing.T) {
	c, site, file := absent(t)
	now := time.Unix(1000, 0)
	a := &awaited{modules: &c.modules, config: &site.Functions[0], now: func() time.Time { return now }}
	call := standIn("fahrenheit", []*awaited{a}).Scalar
	args := []tag.Value{tag.FloatOf(100)}
	if _, err := call(nil, args); err == nil {
		t.Fatal("it is called without its module")
	}
	bring(t, file)
	if _, err := call(nil, args); err == nil {
		t.Error("each row looks for the file")
	}
	now = now.Add(lookAgain)
	if v, err := call(nil, args); err != nil || !v.Equal(tag.FloatOf(212)) {
		t.Errorf("got %v, %v", v, err)
	}
	if v, err := call(nil, []tag.Value{tag.NullOf(tag.Good)}); err != nil || !v.IsNull() {
		t.Errorf("of NULL it is %v, %v", v, err)
	}
	if _, err := call(nil, nil); err == nil {
		t.Error("it is called without an argument")
	}
}
