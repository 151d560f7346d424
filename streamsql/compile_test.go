package streamsql_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/tag"
)

// boiler is a device stream: its fields are known.
func boiler(t testing.TB) *tag.Schema {
	t.Helper()
	s, err := tag.NewSchema(
		tag.NewStreamID("test", "boiler"), "boiler",
		tag.Field{Name: "temperature", Kind: tag.Float}, tag.Field{Name: "humidity", Kind: tag.Int}, tag.Field{Name: "valve", Kind: tag.Int},
	)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func catalog(t testing.TB) streamsql.Sources {
	return streamsql.Sources{"boiler": {Schema: boiler(t)}, "sensors": {}}
}

// rows makes a batch of a stream: a second between rows, absent where a value is
// the zero Value.
func rows(t testing.TB, s *tag.Schema, rows ...[]tag.Value) *tag.Batch {
	t.Helper()
	b := tag.NewBuilder(s, len(rows))
	for i, row := range rows {
		copy(b.Row(int64(i+1)*1e9), row)
	}
	return b.Batch()
}

// run compiles a query, pushes batches into its first source and returns the
// output as JSON lines.
func run(t testing.TB, text string, batches ...*tag.Batch) string {
	t.Helper()
	q, err := streamsql.Compile(text, catalog(t))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	e := q.New(streamsql.Options{Rule: "rule", Failed: func(f streamsql.Failure) { t.Errorf("%s: %v", text, f.Err) }})
	var out strings.Builder
	for _, b := range batches {
		e.Push(10e9, 0, b, func(b *tag.Batch) {
			for i := range b.Len() {
				out.Write(append(tag.AppendRowJSON(nil, b, i), '\n'))
			}
		})
	}
	return out.String()
}

func object(t testing.TB, fields ...any) *tag.Batch {
	t.Helper()
	var list []tag.Field
	var values []tag.Value
	for i := 0; i < len(fields); i += 2 {
		list = append(list, tag.Field{Name: fields[i].(string)})
		values = append(values, fields[i+1].(tag.Value))
	}
	s, err := tag.NewSchema(tag.NewStreamID("test", "sensors"), "sensors", list...)
	if err != nil {
		t.Fatal(err)
	}
	return rows(t, s, values)
}

func TestTheAcceptanceSceneForwardsAndOpensTheValve(t *testing.T) {
	b := rows(
		t, boiler(t),
		[]tag.Value{tag.FloatOf(29.9), tag.IntOf(40), tag.IntOf(0)},
		[]tag.Value{tag.FloatOf(30), tag.IntOf(41), tag.IntOf(0)},
	)
	if got, want := run(t, "SELECT temperature, humidity FROM boiler", b), `{"temperature":29.9,"humidity":40}
{"temperature":30,"humidity":41}
`; got != want {
		t.Errorf("forward: got\n%swant\n%s", got, want)
	}
	if got, want := run(t, "SELECT 3 AS valve FROM boiler WHERE temperature = 30", b), `{"valve":3}
`; got != want {
		t.Errorf("open_valve: got\n%swant\n%s", got, want)
	}
}

func TestABadValueIsNullAndItsQualityTellsWhy(t *testing.T) {
	b := rows(t, boiler(t), []tag.Value{tag.FloatOf(31).WithQuality(tag.BadTimeout), tag.IntOf(40), {}})
	for text, want := range map[string]string{
		"SELECT humidity FROM boiler WHERE temperature > 30":                                       "",
		"SELECT humidity FROM boiler WHERE NOT temperature > 30":                                   "",
		"SELECT humidity FROM boiler WHERE temperature IS NULL":                                    `{"humidity":40}` + "\n",
		"SELECT quality(temperature) AS q, quality(humidity) AS h FROM boiler":                     `{"q":"BadTimeout","h":"Good"}` + "\n",
		"SELECT coalesce(temperature, -1) AS t FROM boiler WHERE quality(temperature) LIKE 'bad%'": `{"t":-1}` + "\n",
	} {
		if got := run(t, text, b); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

func TestWhatIsComputedFromABadValueIsNullWithItsQuality(t *testing.T) {
	q, err := streamsql.Compile("SELECT temperature * 2 AS double FROM boiler", catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	b := rows(t, boiler(t), []tag.Value{tag.FloatOf(31).WithQuality(tag.BadTimeout), {}, {}})
	var got tag.Value
	q.New(streamsql.Options{}).Push(0, 0, b, func(b *tag.Batch) { got = b.Row(0)[0] })
	if !got.IsNull() || got.Quality() != tag.BadTimeout {
		t.Fatalf("got %v of quality %v", got, got.Quality())
	}
}

func TestColumnsOfASchemalessStreamAreBoundWhenTheyCome(t *testing.T) {
	text := "SELECT t + 1 AS u, place.line AS line FROM sensors WHERE t > 1"
	first := object(t, "t", tag.IntOf(2))
	second := object(t, "x", tag.IntOf(0), "t", tag.IntOf(5), "place", mustObject(t, "line", tag.StringOf("A")))
	third := object(t, "x", tag.IntOf(0))
	want := `{"u":3}
{"u":6,"line":"A"}
`
	if got := run(t, text, first, second, third); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func mustObject(t testing.TB, name string, v tag.Value) tag.Value {
	t.Helper()
	o, err := tag.NewObject([]string{name}, []tag.Value{v})
	if err != nil {
		t.Fatal(err)
	}
	return tag.ObjectOf(o)
}

func TestAStarTakesEveryColumnAndTheOutputOnlyGrows(t *testing.T) {
	q, err := streamsql.Compile("SELECT *, a * 2 AS b FROM sensors", catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	e := q.New(streamsql.Options{Rule: "all"})
	var schemas []*tag.Schema
	var lines []string
	for _, b := range []*tag.Batch{
		object(t, "a", tag.IntOf(1), "b", tag.IntOf(9)),
		object(t, "c", tag.IntOf(3), "a", tag.IntOf(2)),
	} {
		e.Push(0, 0, b, func(out *tag.Batch) {
			schemas = append(schemas, out.Schema())
			lines = append(lines, string(tag.AppendRowJSON(nil, out, 0)))
		})
	}
	if strings.Join(lines, " ") != `{"a":1,"b":2} {"a":2,"b":4,"c":3}` {
		t.Fatal(lines)
	}
	for _, name := range []string{"a", "b"} {
		before, _ := schemas[0].Slot(name)
		if after, ok := schemas[1].Slot(name); !ok || after != before {
			t.Errorf("column %s moved from %d to %d", name, before, after)
		}
	}
}

func TestStarsLeaveOutAndReplaceColumns(t *testing.T) {
	b := rows(t, boiler(t), []tag.Value{tag.FloatOf(20), tag.IntOf(40), tag.IntOf(1)})
	for text, want := range map[string]string{
		"SELECT * EXCEPT (valve) FROM boiler":                          `{"temperature":20,"humidity":40}`,
		"SELECT * REPLACE (humidity / 100.0 AS humidity) FROM boiler":  `{"temperature":20,"valve":1,"humidity":0.4}`,
		"SELECT b.* FROM boiler b":                                     `{"temperature":20,"humidity":40,"valve":1}`,
		"SELECT temperature AS t, t * 2 AS u FROM boiler WHERE u > 39": `{"t":20,"u":40}`,
	} {
		if got := run(t, text, b); got != want+"\n" {
			t.Errorf("%s: got %swant %s", text, got, want)
		}
	}
}

func TestErrorsNamePlaceAndFix(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT temprature FROM boiler":                     "1:8: no column is called temprature; did you mean temperature?",
		"SELECT x FROM boilr":                               "1:15: no stream is called boilr; did you mean boiler?",
		"SELECT b.temp FROM boiler b":                       "1:10: b has no column temp",
		"SELECT uper(a) FROM sensors":                       "1:8: no function is called uper; did you mean upper?",
		"SELECT abs(1, 2) FROM sensors":                     "1:8: abs has 2 arguments: want abs(x any) number",
		`SELECT humidity FROM boiler WHERE valve = "open"`:  "1:43: no column is called open; text is written in single quotes: 'open'",
		"SELECT 1 AS a, 2 AS a FROM boiler":                 "1:16: two columns of the output are called a: name one of them with AS",
		"SELECT avg(a) OVER (WHEN b) FROM sensors WHERE\n(": "2:2: ",
	} {
		_, err := streamsql.Compile(text, catalog(t))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
}

func TestAFailingRowIsSampledAndTheOthersGoOn(t *testing.T) {
	q, err := streamsql.CompileEKuiper(`SELECT a * 2 AS d FROM sensors`, catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	b := object(t, "a", tag.StringOf("x"))
	e := q.New(streamsql.Options{})
	n := 0
	for _, in := range []*tag.Batch{b, object(t, "a", tag.IntOf(2))} {
		e.Push(5, 0, in, func(out *tag.Batch) { n += out.Len() })
	}
	s := e.Stats()
	if n != 1 || s.RowsIn != 2 || s.RowsOut != 1 || s.Failed != 1 {
		t.Fatalf("%d rows, %+v", n, s)
	}
	if s.Last == nil || s.Last.At != 5 || string(tag.AppendRowJSON(nil, s.Last.Row, 0)) != `{"a":"x"}` {
		t.Fatalf("sample %+v", s.Last)
	}
}

func TestTheOutputCarriesOriginHopsAndSourceTimes(t *testing.T) {
	builder := tag.NewBuilder(boiler(t), 1)
	copy(builder.Row(7e9), []tag.Value{tag.FloatOf(20), tag.IntOf(40), {}})
	builder.Stamp(0, 6e9)
	b := builder.Derived(tag.Replay, 2)
	q, err := streamsql.Compile("SELECT humidity, temperature, age(temperature) AS age FROM boiler", catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	var out *tag.Batch
	q.New(streamsql.Options{}).Push(10e9, 0, b, func(b *tag.Batch) { out = b })
	if out.Origin() != tag.Replay || out.Hops() != 3 || out.Time(0) != 7e9 || out.ValueTime(0, 1) != 6e9 || out.ValueTime(0, 0) != 7e9 {
		t.Fatalf("%v %d %d %d", out.Origin(), out.Hops(), out.Time(0), out.ValueTime(0, 1))
	}
	if age, _ := out.Row(0)[2].Float(); age != 4 {
		t.Fatalf("age %v", age)
	}
}

func TestAnalyticFunctionsSeeRowsThatWhereRejects(t *testing.T) {
	b := rows(
		t, boiler(t),
		[]tag.Value{tag.FloatOf(3), {}, {}}, []tag.Value{tag.FloatOf(6), {}, {}}, []tag.Value{tag.FloatOf(2), {}, {}}, []tag.Value{tag.FloatOf(4), {}, {}},
	)
	want := `{"before":null,"temperature":3}
{"before":3,"temperature":6}
{"before":2,"temperature":4}
`
	if got := run(t, "SELECT lag(temperature) AS before, temperature FROM boiler WHERE temperature > 2", b); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestQueriesTellWhatTheyRead(t *testing.T) {
	q, err := streamsql.Compile("SELECT b, a.x FROM sensors WHERE c > 1", catalog(t))
	if err != nil {
		t.Fatal(err)
	}
	if uses := q.Sources(); len(uses) != 1 || uses[0].Name != "sensors" || strings.Join(uses[0].Columns, " ") != "c b a" || uses[0].All {
		t.Fatalf("%+v", uses)
	}
}
