package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/tag"
)

// documented is the site of docs/tables.md, with another file.
func documented(t *testing.T, file string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/tables.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "```yaml\n")
	example, _, ok := strings.Cut(example, "```")
	if !ok || !strings.Contains(example, "/etc/holdfast/limits.csv") {
		t.Fatal("docs/tables.md has no example")
	}
	example = strings.NewReplacer("/etc/holdfast/limits.csv", file+"\n    reread: 10ms", "tcp://127.0.0.1:1502", "tcp://127.0.0.1:1").Replace(example)
	return "site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\n" + example
}

// limits writes the file of a table whole.
func limits(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file+".new", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatal(err)
	}
}

// offer gives one row to a stream of a node.
func offer(t *testing.T, n *Node, stream string, at int64, row ...any) {
	t.Helper()
	fields, values := make([]tag.Field, 0, len(row)/2), make([]tag.Value, 0, len(row)/2)
	for i := 0; i < len(row); i += 2 {
		fields = append(fields, tag.Field{Name: row[i].(string)})
		switch v := row[i+1].(type) {
		case string:
			values = append(values, tag.StringOf(v))
		case int:
			values = append(values, tag.IntOf(int64(v)))
		}
	}
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, fields...)
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 1)
	copy(b.Row(at), values)
	if err := n.bus.Stream(stream).Offer(b.Batch()); err != nil {
		t.Fatal(err)
	}
}

// await tries until a stream gives a row, and the row is the one that is wanted.
func await(t *testing.T, output *broker.Subscription, want string, try func()) {
	t.Helper()
	last := "nothing"
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		try()
		for b := output.Next(); b != nil; b = output.Next() {
			for i := range b.Len() {
				if last = string(tag.AppendRowJSON(nil, b, i)); last == want {
					return
				}
			}
		}
	}
	t.Fatalf("got %s, want %s", last, want)
}

func TestARuleJoinsAStreamWithAFileThatChangesAndTheNewestRowOfADevice(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limits.csv")
	limits(t, file, "machine,upper\npress,80\n")
	n := run(t, documented(t, file))
	output := n.bus.Stream("too_hot").Subscribe(100, broker.DropOldest, func() {})
	measured := func() { offer(t, n, "sensors", 1, "machine", "press", "t", 90, "line", 3) }
	await(t, output, `{"machine":"press","t":90,"upper":80,"setpoint":null}`, measured)

	later := time.Now().Add(time.Hour).UnixNano() // than the Bad rows of the device, which is not there
	offer(t, n, "panel.settings", later, "setpoint", 70, "line", 3)
	offer(t, n, "panel.settings", later-1, "setpoint", 60, "line", 3)
	await(t, output, `{"machine":"press","t":90,"upper":80,"setpoint":70}`, measured)

	limits(t, file, "machine,upper\npress,85\n")
	await(t, output, `{"machine":"press","t":90,"upper":85,"setpoint":70}`, measured)

	limits(t, file, "machine,upper\npress,1\npress,2\n")
	for deadline := time.Now().Add(time.Minute); !slices.ContainsFunc(texts(n), func(s string) bool {
		return strings.Contains(s, "row 1 has the key of another row")
	}); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no event tells of a table that cannot be read: %q", texts(n))
		}
	}
	await(t, output, `{"machine":"press","t":90,"upper":85,"setpoint":70}`, measured)
}

func texts(n *Node) (all []string) {
	for _, e := range n.journal.Events(0, journalCapacity) {
		all = append(all, e.Path+" "+e.Text)
	}
	return all
}

func TestAChangeOfATableEndsOnlyTheRulesThatReadIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limits.csv")
	limits(t, file, "machine,upper\npress,80\n")
	site := documented(t, file) + "  - {name: plain, sql: SELECT t FROM sensors}\n"
	l := lives{t, t.TempDir(), components(t)}
	before, same := l.scene(site), l.scene(site)
	same.follow(before)
	for name, table := range same.plan.lookups {
		if table != before.plan.lookups[name] {
			t.Errorf("%s is another table in a scene that follows", name)
		}
	}
	n := run(t, site)
	after := l.scene(strings.Replace(site, "reread: 10ms", "reread: 20ms", 1))
	after.follow(n.scene())
	c := changeOf(n.parts(n.scene()), n.parts(after))
	ends := paths(c.ends)
	slices.Sort(ends)
	if !slices.Equal(ends, []string{"/rules/too_hot", "/tables/limits"}) {
		t.Errorf("another table ends %v", ends)
	}
}

func TestATableThatCannotBeIsToldWithItsPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limits.csv")
	for _, c := range []struct{ rows, old, fresh, want string }{
		{"", "", "", "site.yaml:5:11: tables[0].file: "},
		{"machine,upper\npress\n", "", "", "site.yaml:5:11: tables[0].file: read table limits: record on line 2"},
		{"device,upper\npress,8\n", "", "", "site.yaml:5:11: tables[0].file: read table limits: no column is called machine"},
		{"machine,upper\n,8\n", "", "", "row 1 has no machine"},
		{"machine,upper\n", "newest: panel ", "newest: pannel ", `nothing that has rows is called "pannel"`},
		{"machine,upper\n", "key: line ", "key: lane ", "panel has no column \"lane\""},
		{"machine,upper\n", "name: settings\n    newest", "name: sensors\n    newest", "is already the name of the"},
		{"machine,upper\n", "key: line ", "#", "the newest rows are of a key"},
		{"machine,upper\n", "newest: panel ", "append: panel ", "appended rows have no key"},
		{"machine,upper\n", "append: started ", "append: start ", `tables[2].append: nothing that has rows is called "start": did you mean`},
		{"machine,upper\n", "newest: panel ", "append: panel\n    newest: panel", "a table has its rows from one place, and this one has newest already"},
		{"machine,upper\n", "ON p.line = s.line", "ON p.setpoint > s.t", "p is looked up by line"},
	} {
		text := strings.Replace(documented(t, file), c.old, c.fresh, 1)
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if c.rows != "" {
			limits(t, file, c.rows)
		}
		_, err := components(t).Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
		if err == nil || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func TestLateRowsGoToAStreamAndARuleReadsAnother(t *testing.T) {
	n := run(t, `
site: plant-7
console: {listen: "127.0.0.1:0"}
streams: [{name: sensors, mqtt: sensors}]
rules:
  - {name: windows, sql: "SELECT count(*) AS n FROM sensors GROUP BY tumble('1s')", time: event, late_to: latecomers}
  - {name: kept, sql: "SELECT t FROM latecomers"}
  - {name: doubled, sql: "SELECT t * 2 AS d FROM kept"}
`)
	output := n.bus.Stream("doubled").Subscribe(100, broker.DropOldest, func() {})
	await(t, output, `{"d":14}`, func() {
		offer(t, n, "sensors", int64(time.Hour), "t", 1)
		offer(t, n, "sensors", 1, "t", 7)
	})
}

func TestATrialAndADurableRuleLookUpInTheTablesOfTheNode(t *testing.T) {
	file := filepath.Join(t.TempDir(), "limits.json")
	limits(t, file, `[{"machine":"press","upper":80}]`)
	n := run(t, fmt.Sprintf(`
site: plant-7
console: {listen: "127.0.0.1:0"}
log: {commit_interval: 10ms}
tables: [{name: limits, file: %q, reread: 10ms}]
streams: [{name: sensors, mqtt: sensors}]
rules:
  - {name: joined, durable: true, sql: "SELECT t, upper FROM sensors JOIN limits ON limits.machine = sensors.machine"}
`, file))
	output := n.bus.Stream("joined").Subscribe(100, broker.DropOldest, func() {})
	await(t, output, `{"t":90,"upper":80}`, func() { offer(t, n, "sensors", 1, "machine", "press", "t", 90) })

	limits(t, file, `[{"machine":"press","upper":81}]`)
	await(t, output, `{"t":90,"upper":81}`, func() { offer(t, n, "sensors", 1, "machine", "press", "t", 90) })
	tried, err := n.Try(t.Context(), console.Trial{
		Question: console.Question{SQL: "SELECT t, upper FROM sensors JOIN limits ON limits.machine = sensors.machine"},
		Rows:     map[string]json.RawMessage{"sensors": json.RawMessage(`[{"machine":"press","t":1},{"machine":"saw","t":2}]`)},
		Limit:    10,
	})
	if err != nil || len(tried.Rows) != 1 || string(tried.Rows[0].Row) != `{"t":1,"upper":81}` {
		t.Errorf("tried %+v, %v", tried, err)
	}
}

func TestATrialOverLiveRowsTakesPastedTables(t *testing.T) {
	n := run(t, `
site: plant-7
console: {listen: "127.0.0.1:0"}
streams: [{name: sensors, mqtt: sensors}]
`)
	over := make(chan struct{})
	var giving sync.WaitGroup
	defer giving.Wait()
	defer close(over)
	giving.Go(func() {
		for {
			select {
			case <-over:
				return
			case <-time.After(5 * time.Millisecond):
				offer(t, n, "sensors", 1, "t", 7)
			}
		}
	})
	tried, err := n.Try(t.Context(), console.Trial{
		Question: console.Question{SQL: "SELECT t, name FROM sensors JOIN bands ON t > low"},
		Rows:     map[string]json.RawMessage{"bands": json.RawMessage(`[{"name":"warm","low":5},{"name":"hot","low":50}]`)},
		Limit:    1, During: time.Minute,
	})
	if err != nil || len(tried.Rows) != 1 || string(tried.Rows[0].Row) != `{"t":7,"name":"warm"}` {
		t.Errorf("tried %+v, %v", tried, err)
	}
}

func TestANodeStartsWithoutTheFileOfATableAndReadsItWhenItIsThere(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	file := filepath.Join(t.TempDir(), "limits.csv")
	if err := os.WriteFile(file, []byte("machine,most\na,7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := "site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\ntables:\n  - {name: limits, file: \"" + file + "\", key: [machine], reread: 100ms}\n"
	options := l.options(text)
	n, err := Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(n.Close(t.Context()), os.Remove(file)); err != nil {
		t.Fatal(err)
	}
	options.Site = nil // it goes on with what it ran
	if n, err = Start(t.Context(), options); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = n.Close(t.Context()) }()
	ask := func() (*tag.Batch, error) {
		return n.plan().lookups["limits"].Lookup(time.Now().UnixNano(), []string{"machine"}, []tag.Value{tag.StringOf("a")})
	}
	if _, err := ask(); err == nil || !strings.Contains(err.Error(), "limits.csv has not been read yet") {
		t.Errorf("without the file: %v", err)
	}
	if err := os.WriteFile(file, []byte("machine,most\na,8\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(time.Minute)
	for {
		if rows, err := ask(); err == nil && rows.Len() == 1 {
			return
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-deadline:
			t.Fatal("the file is not read")
		}
	}
}
