package streamsqltest_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/lookup"
	"github.com/holdfast-edge/holdfast/tag"
)

// Rewrite writes what scripts give into them: go test ./streamsql/streamsqltest -rewrite
var rewrite = flag.Bool("rewrite", false, "write what the scripts give into them")

// TestScriptsGiveWhatTheySay runs testdata/*.txt. A script is cases like this:
//
//	== A row that passes the filter is given
//	stream demo
//	SELECT a FROM demo WHERE a > 1
//	--
//	1s demo {"a":1}
//	2s demo {"a":2}
//	--
//	2s [{"a":2}]
//
// Above the query stand `stream NAME`, or `stream NAME(COLUMN, …)` for a fixed
// schema, `table NAME`, `lookup NAME by COLUMN, …`, `dialect ekuiper` and `event
// time LATENESS`. Events are a time since 1970 with a row, a time alone for the
// clock, `restart` for a snapshot that a new query goes on from, `end`, and for a
// lookup table `rows NAME JSON`, or `fails NAME` for one that cannot be asked.
// What is given stands as the time and the rows of each emission, or as the error
// of a row. A query behind EXPLAIN gives its plan.
func TestScriptsGiveWhatTheySay(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := runScript(t, file, string(text))
		if *rewrite && got != string(text) {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// runScript runs the cases of a script and returns it with what they gave.
func runScript(t *testing.T, file, text string) string {
	t.Helper()
	head, rest, _ := strings.Cut(text, "== ")
	var out strings.Builder
	out.WriteString(head)
	for block := range strings.SplitSeq(rest, "\n== ") {
		name, body, _ := strings.Cut(block, "\n")
		parts := strings.SplitN("\n"+strings.TrimRight(body, "\n"), "\n--", 3)
		if len(parts) < 3 {
			t.Fatalf("%s: %s: want a query, events and what is given, with -- between them", file, name)
		}
		setup, events, want := strings.Trim(parts[0], "\n"), strings.Trim(parts[1], "\n"), strings.Trim(parts[2], "\n")
		var got string
		t.Run(name, func(t *testing.T) {
			got = strings.TrimRight(newScripted(t, setup).play(events), "\n")
			if got != want && !*rewrite {
				t.Errorf("%s\ngives\n%s\nwant\n%s", setup, got, want)
			}
		})
		fmt.Fprintf(&out, "== %s\n%s\n--\n%s\n--\n%s\n\n", name, setup, events, got)
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// scripted is the query of a case.
type scripted struct {
	t       *testing.T
	catalog streamsql.Sources
	ekuiper bool
	query   *streamsql.Query
	running *streamsql.Exec
	options streamsql.Options
	now     int64
	given   strings.Builder
}

func newScripted(t *testing.T, setup string) *scripted {
	s := &scripted{t: t, catalog: streamsql.Sources{}}
	var query []string
	for line := range strings.SplitSeq(setup, "\n") {
		if !s.directive(line) {
			query = append(query, line)
		}
	}
	compiler := streamsql.Compiler{Catalog: s.catalog, EKuiper: s.ekuiper}
	var explain bool
	var err error
	if s.query, explain, err = compiler.CompileStatement(strings.Join(query, "\n")); err != nil {
		fmt.Fprintf(&s.given, "error %v\n", err)
		return s
	}
	if explain {
		s.given.WriteString(s.query.Explain(s.options.EventTime))
		return s
	}
	s.options.Tables = make(map[string]lookup.Table)
	s.options.Rule = "rule"
	s.options.Failed = func(f streamsql.Failure) { fmt.Fprintf(&s.given, "%s ! %v\n", time.Duration(s.now), f.Err) }
	s.options.Late = func(b *tag.Batch, i int) {
		fmt.Fprintf(&s.given, "%s late %s\n", time.Duration(s.now), tag.AppendRowJSON(nil, b, i))
	}
	s.running = s.query.New(s.options)
	return s
}

// directive reads a line above the query, and reports false where it is part of
// that.
func (s *scripted) directive(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "stream", "table", "lookup", "whole":
		kinds := map[string]streamsql.SourceKind{"stream": streamsql.StreamSource, "table": streamsql.TableSource, "lookup": streamsql.LookupSource, "whole": streamsql.LookupSource}
		rest, key, _ := strings.Cut(rest, " by ")
		name, columns, fixed := strings.Cut(strings.TrimSuffix(rest, ")"), "(")
		source := streamsql.Source{Kind: kinds[word], Whole: word == "whole"}
		if key != "" {
			source.Key = strings.Split(key, ", ")
		}
		if fixed {
			source.Schema = s.schema(name, strings.Split(columns, ", "))
		}
		s.catalog[name] = source
	case "dialect":
		s.ekuiper = rest == "ekuiper"
	case "event":
		lateness, err := time.ParseDuration(strings.TrimPrefix(rest, "time "))
		if err != nil {
			s.t.Fatal(err)
		}
		s.options.EventTime, s.options.Lateness = true, lateness
	default:
		return false
	}
	return true
}

func (s *scripted) schema(name string, columns []string) *tag.Schema {
	s.t.Helper()
	fields := make([]tag.Field, len(columns))
	for i, c := range columns {
		fields[i].Name = c
	}
	schema, err := tag.NewSchema(tag.StreamID{}, name, fields...)
	if err != nil {
		s.t.Fatal(err)
	}
	return schema
}

// play plays the events and returns what was given.
func (s *scripted) play(events string) string {
	if s.running == nil {
		return s.given.String()
	}
	for line := range strings.SplitSeq(events, "\n") {
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "":
		case "end":
			s.running.End(s.now, s.emit)
		case "restart":
			s.restart()
		case "rows":
			s.fill(rest)
		case "fails":
			s.options.Tables[rest] = broken{}
		default:
			s.event(line)
		}
	}
	return s.given.String()
}

// broken is a lookup table that cannot be asked.
type broken struct{}

func (broken) Lookup(int64, []string, []tag.Value) (*tag.Batch, error) {
	return nil, errors.New("the disk is gone")
}

// fill gives a lookup table its rows.
func (s *scripted) fill(rest string) {
	s.t.Helper()
	name, rows, _ := strings.Cut(rest, " ")
	table, err := lookup.ParseJSON(name, []byte(rows), 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.options.Tables[name] = table
}

// restart goes on with a new query from a snapshot of the old one.
func (s *scripted) restart() {
	s.t.Helper()
	snapshot := s.running.Snapshot()
	s.running = s.query.New(s.options)
	if err := s.running.Restore(snapshot); err != nil {
		s.t.Fatal(err)
	}
	s.running.Resume(s.now, s.emit)
}

// event moves the clock, stopping where the query waits for it, and pushes the
// row.
func (s *scripted) event(line string) {
	s.t.Helper()
	when, rest, isRow := strings.Cut(line, " ")
	at, err := time.ParseDuration(when)
	if err != nil {
		s.t.Fatal(err)
	}
	for {
		due, ok := s.running.NextTick()
		if !ok || due > int64(at) {
			break
		}
		s.now = max(s.now, due)
		s.running.Tick(s.now, s.emit)
	}
	s.now = max(s.now, int64(at))
	if isRow {
		name, row, _ := strings.Cut(rest, " ")
		s.push(name, row, int64(at))
	}
}

func (s *scripted) push(name, row string, at int64) {
	s.t.Helper()
	v, err := tag.ParseJSON([]byte(row))
	if err != nil {
		s.t.Fatalf("%s: %v", row, err)
	}
	schema := s.catalog[name].Schema
	if schema == nil {
		names := make([]string, v.Object().Len())
		for i := range names {
			names[i], _ = v.Object().At(i)
		}
		schema = s.schema(name, names)
	}
	b := tag.NewBuilder(schema, 1)
	out := b.Row(at)
	for i := range v.Object().Len() {
		field, value := v.Object().At(i)
		if slot, ok := schema.Slot(field); ok {
			out[slot] = qualified(value)
		}
	}
	for i, use := range s.query.Sources() {
		if use.Name == name {
			s.running.Push(s.now, i, b.Batch(), s.emit)
		}
	}
}

// qualified reads {"bad": "BadTimeout"} as a value of that quality.
func qualified(v tag.Value) tag.Value {
	if v.Kind() != tag.ObjectKind {
		return v
	}
	if q, ok := v.Object().Lookup("quality"); ok {
		quality, err := tag.ParseQuality(q.Str())
		if err == nil {
			held, _ := v.Object().Lookup("value")
			return held.WithQuality(quality)
		}
	}
	return v
}

func (s *scripted) emit(b *tag.Batch) {
	fmt.Fprintf(&s.given, "%s [", time.Duration(s.now))
	for i := range b.Len() {
		if i > 0 {
			s.given.WriteString(", ")
		}
		s.given.Write(tag.AppendRowJSON(nil, b, i))
	}
	s.given.WriteString("]\n")
}
