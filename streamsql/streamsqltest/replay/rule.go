package replay

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/tag"
)

// runRule runs a rule under each of its options.
func runRule(c Case) error {
	for _, o := range c.Options {
		r, err := newRule(c, o)
		if err != nil {
			return err
		}
		if c.Stage == "checkpoint" {
			err = r.runCheckpoint(c)
		} else {
			err = r.run(c)
		}
		if err != nil {
			return fmt.Errorf("under %+v: %w", o, err)
		}
	}
	return nil
}

// rule is one running rule with what surrounds it: its sources, its clock, and
// what it has emitted.
type rule struct {
	options  RuleOptions
	query    *streamsql.Query
	running  *streamsql.Exec
	sources  map[string]*source
	now      int64
	emitted  []tag.Value // an array of rows, or an object that is an error
	closing  int         // how many were emitted before the second after the last row
	ordered  bool
	unnests  bool // rows of arrays, without a window
	expected []tag.Value
}

func newRule(c Case, o RuleOptions) (*rule, error) {
	r := &rule{options: o, sources: make(map[string]*source)}
	catalog := streamsql.Sources{}
	for name, text := range c.Streams {
		statement, err := parse.Statement(text, ast.EKuiper)
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", name, err)
		}
		definition, ok := statement.(*ast.CreateStream)
		if !ok {
			return nil, fmt.Errorf("stream %s is no definition", name)
		}
		r.sources[name] = newSource(name, definition)
		kind := streamsql.StreamSource
		if definition.Table {
			kind = streamsql.TableSource
		}
		catalog[name] = streamsql.Source{Kind: kind, Schema: r.sources[name].schema}
	}
	want, err := decode(c.Expected)
	if err != nil {
		return nil, err
	}
	r.expected, r.ordered = want.Array(), strings.Contains(strings.ToUpper(c.SQL), "ORDER BY")
	upper := strings.ToUpper(c.SQL)
	r.unnests = strings.Contains(upper, "UNNEST(") && !strings.Contains(upper, "GROUP BY")
	r.query, err = streamsql.CompileEKuiper(c.SQL, catalog)
	if err != nil {
		return nil, err
	}
	r.now = c.Inputs[0].TS / 1000 * 1000 * millisecond
	r.start()
	return r, nil
}

// start starts the rule now, and loads its tables.
func (r *rule) start() {
	r.running = r.query.New(streamsql.Options{
		Rule: "rule", Start: r.now, EventTime: r.options.IsEventTime, Lateness: time.Duration(r.options.LateTol),
		Failed: func(f streamsql.Failure) { r.fail() },
		Metadata: func(_ *tag.Batch, _ int, _, key string) tag.Value {
			if key == "topic" {
				return tag.StringOf("mock")
			}
			return tag.Value{}
		},
	})
}

// load reads the tables, whose rows the cases do not hold.
func (r *rule) load() {
	for i, use := range r.query.Sources() {
		if use.Kind != streamsql.TableSource {
			continue
		}
		for _, row := range tableRows {
			if b, err := r.sources[use.Name].batch([]byte(row), 0, func(string) bool { return true }); err == nil {
				r.running.Push(r.now, i, b, r.emit)
			}
		}
	}
}

// tableRows are those of the file that table1 reads.
var tableRows = []string{
	`{"id":1541152486013,"name":"name1","size":2}`,
	`{"id":1541152487632,"name":"name2","size":6}`,
	`{"id":1541152489252,"name":"name3","size":4}`,
}

// emit takes what the rule gives at once. The rows that unnest makes of one row
// count as given one by one.
func (r *rule) emit(b *tag.Batch) {
	rows := rowsOf(b)
	if !r.unnests {
		r.emitted = append(r.emitted, tag.ArrayOf(rows))
		return
	}
	for _, row := range rows {
		r.emitted = append(r.emitted, tag.ArrayOf([]tag.Value{row}))
	}
}

// fail emits an error, where the rule sends them.
func (r *rule) fail() {
	if r.options.SendError {
		r.emitted = append(r.emitted, tag.ArrayOf([]tag.Value{object([]string{"error"}, []tag.Value{tag.BoolOf(true)})}))
	}
}

// advance moves the clock, stopping at each time that the rule waits for.
func (r *rule) advance(to int64) {
	for {
		due, ok := r.running.NextTick()
		if !ok || due > to {
			break
		}
		r.now = max(r.now, due)
		r.running.Tick(r.now, r.emit)
	}
	r.now = max(r.now, to)
}

// send sends rows at their times.
func (r *rule) send(inputs []Input) {
	for _, in := range inputs {
		r.advance(in.TS * millisecond)
		i := slices.IndexFunc(r.query.Sources(), func(u streamsql.Use) bool { return u.Name == in.Stream })
		if i < 0 {
			continue
		}
		use := r.query.Sources()[i]
		b, err := r.sources[in.Stream].batch(in.Data, in.TS, func(name string) bool {
			return use.All || slices.Contains(use.Columns, name)
		})
		if err != nil {
			r.fail()
			continue
		}
		r.running.Push(r.now, i, b, r.emit)
	}
}

func (r *rule) run(c Case) error {
	r.load()
	r.send(c.Inputs)
	return r.finish()
}

// finish lets the closing second pass and compares.
func (r *rule) finish() error {
	r.closing = len(r.withRows())
	r.advance(r.now + 1000*millisecond)
	return r.compare()
}

// runCheckpoint stops the rule at the row from which on the recording counted
// again, and starts it from the checkpoint before. Only what it emits then was
// recorded.
func (r *rule) runCheckpoint(c Case) error {
	again := len(c.Inputs)
	for name, n := range c.Metrics {
		if strings.HasPrefix(name, "source_") && strings.HasSuffix(name, "records_in_total") && n > 1 {
			again = min(again, n)
		}
	}
	resumed := c.Inputs[len(c.Inputs)-again:]
	started := r.now
	r.load()
	r.send(c.Inputs[:len(c.Inputs)-again])
	checkpoint := resumed[0].TS*millisecond - (resumed[0].TS*millisecond-started)%r.options.CheckpointInterval
	r.advance(checkpoint)
	snapshot := r.running.Snapshot()
	r.send(resumed[:1])
	r.advance(r.now + 100*millisecond)

	r.emitted = nil
	r.start()
	if err := r.running.Restore(snapshot); err != nil {
		return err
	}
	r.running.Resume(r.now, r.emit)
	r.load()
	r.send(resumed)
	return r.finish()
}

// withRows returns the emissions that hold a row.
func (r *rule) withRows() []tag.Value {
	return slices.DeleteFunc(slices.Clone(r.emitted), func(v tag.Value) bool { return len(v.Array()) == 0 })
}

// compare compares the emissions. The recording may end before the closing
// second does, never before its beginning.
func (r *rule) compare() error {
	want := slices.DeleteFunc(slices.Clone(r.expected), func(v tag.Value) bool { return len(v.Array()) == 0 })
	got := r.withRows()
	if len(got) > len(want) && len(want) >= r.closing {
		got = got[:len(want)]
	}
	if len(got) != len(want) {
		return differ(want, got)
	}
	for i := range want {
		if isError(want[i]) && isError(got[i]) {
			continue
		}
		if !same(want[i], got[i], !r.ordered) {
			return differ(want, got)
		}
	}
	return nil
}

func isError(emission tag.Value) bool {
	if len(emission.Array()) != 1 {
		return false
	}
	o := emission.Array()[0].Object()
	_, ok := o.Lookup("error")
	return ok
}

func differ(want, got []tag.Value) error {
	return errors.New("want " + text(tag.ArrayOf(want)) + ", got " + text(tag.ArrayOf(got)))
}
