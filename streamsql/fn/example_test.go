package fn_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/streamsql/exec"
	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/streamsql/parse"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTheExamplesOfEachFunctionGiveWhatTheyShow(t *testing.T) {
	for dialect, registry := range map[string]*fn.Registry{"standard": fn.Standard(), "ekuiper": fn.EKuiper()} {
		for _, f := range registry.All() {
			for _, example := range f.Examples {
				t.Run(dialect+"/"+f.Name, func(t *testing.T) { runExample(t, registry, f, example) })
			}
		}
	}
}

// runExample evaluates an example: over one row without columns, or over the
// values that stand behind its FROM, as column x of rows a second apart.
func runExample(t *testing.T, registry *fn.Registry, f *fn.Func, example fn.Example) {
	t.Helper()
	text, rows, hasRows := strings.Cut(example.SQL, " FROM ")
	if !hasRows {
		rows = "[null]"
	}
	values, err := tag.ParseJSON([]byte(rows))
	if err != nil {
		t.Fatalf("%s: %v", example.SQL, err)
	}
	want, err := tag.ParseJSON([]byte(example.Result))
	if err != nil {
		t.Fatalf("%s: result: %v", example.SQL, err)
	}
	query := "SELECT " + text + " AS result FROM rows"
	if f.Kind() == fn.AggregateKind {
		query += " GROUP BY COUNTWINDOW(" + string(tag.AppendJSON(nil, tag.IntOf(int64(len(values.Array()))))) + ")"
	}
	results := evaluate(t, registry, query, values.Array())
	got := tag.ArrayOf(results)
	if f.Kind() != fn.AnalyticKind && len(results) == 1 {
		got = results[0]
	}
	if a, b := string(tag.AppendJSON(nil, got)), string(tag.AppendJSON(nil, want)); a != b {
		t.Errorf("%s gives %s, shown is %s", example.SQL, a, b)
	}
}

// evaluate runs a query over a stream called rows and returns what its column
// result holds in each row of the output.
func evaluate(t *testing.T, registry *fn.Registry, query string, values []tag.Value) []tag.Value {
	t.Helper()
	tree, err := parse.Query(query, ast.Standard)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	planned, err := plan.Build(tree, plan.Sources{"rows": {}}, registry)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	running := exec.New(planned, exec.Options{Rule: "rule", Failed: func(f exec.Failure) { t.Errorf("%s: %v", query, f.Err) }})
	schema, err := tag.NewSchema(tag.StreamID{}, "rows", tag.Field{Name: "x"})
	if err != nil {
		t.Fatal(err)
	}
	builder := tag.NewBuilder(schema, len(values))
	for i, v := range values {
		copy(builder.Row(int64(i+1)*1e9), []tag.Value{v})
	}
	var results []tag.Value
	running.Push(0, 0, builder.Batch(), func(b *tag.Batch) {
		slot, ok := b.Schema().Slot("result")
		for i := range b.Len() {
			if !ok {
				results = append(results, tag.NullOf(tag.Good))
				continue
			}
			results = append(results, b.Row(i)[slot])
		}
	})
	return results
}

func TestEveryFunctionThatAlwaysGivesTheSameHasAnExample(t *testing.T) {
	for _, f := range fn.EKuiper().All() {
		if len(f.Examples) == 0 && f.Fixed == fn.Always && f.Kind() == fn.ScalarKind {
			t.Errorf("%s has no example", f.Name)
		}
	}
}
