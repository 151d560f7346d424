package tdengine_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/tdengine"
	"github.com/holdfast-edge/holdfast/sinks/tdengine/taosd"
	"github.com/holdfast-edge/holdfast/tag"
)

const patience = time.Minute

// open opens a sink to the server, with more keys, until the test ends.
func open(t testing.TB, s *taosd.Server, keys ...string) sinks.Writer {
	t.Helper()
	w, err := try(t, s, keys...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func try(t testing.TB, s *taosd.Server, keys ...string) (sinks.Writer, error) {
	t.Helper()
	t.Setenv("TDENGINE_PASSWORD", password)
	all := append([]string{"url: ws://" + s.Address(), "password: env:TDENGINE_PASSWORD", "database: plant"}, keys...)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return tdengine.Sink{}.Open(ctx, conformance.Target(conformance.Options(t, tdengine.Sink{}, strings.Join(all, "\n"))))
}

// put writes batches and returns how each was done.
func put(t testing.TB, w sinks.Writer, all ...*tag.Batch) []error {
	t.Helper()
	answers := make([]error, len(all))
	done := make(chan struct{}, len(all))
	for i, b := range all {
		if err := w.Send(context.Background(), sinks.Delivery{Batch: b}, func(err error) { answers[i] = err; done <- struct{}{} }); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_ = w.Close(ctx)
	for range all {
		<-done
	}
	return answers
}

// must writes batches, all of which have to be taken.
func must(t testing.TB, s *taosd.Server, keys []string, all ...*tag.Batch) {
	t.Helper()
	for i, err := range put(t, open(t, s, keys...), all...) {
		if err != nil {
			t.Fatalf("batch %d: %v", i, err)
		}
	}
}

// made is a committed batch of one row.
func made(t testing.TB, stream string, sequence uint64, at int64, fields []tag.Field, values ...tag.Value) *tag.Batch {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, fields...)
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 1)
	copy(b.Row(at), values)
	return b.Batch().Committed(tag.Identity{Site: "plant-7", Stream: schema.Stream(), Incarnation: 3, Sequence: sequence})
}

func rowsOf(t testing.TB, s *taosd.Server, sql string) [][]any {
	t.Helper()
	_, rows, err := s.Query(sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

const noon = 1_800_000_000_000_000_000

func TestEveryKindOfValueComesBackAsItWas(t *testing.T) {
	fields := []tag.Field{
		{Name: "b", Kind: tag.Bool},
		{Name: "i", Kind: tag.Int},
		{Name: "u", Kind: tag.Uint},
		{Name: "f", Kind: tag.Float},
		{Name: "s", Kind: tag.String},
		{Name: "raw", Kind: tag.Bytes},
		{Name: "t", Kind: tag.Time},
		{Name: "list", Kind: tag.Array},
		{Name: "any"},
		{Name: "nan", Kind: tag.Float},
		{Name: "ts", Kind: tag.Int},
		{Name: "groß `x`.y", Kind: tag.Int},
	}
	values := []tag.Value{
		tag.BoolOf(true), tag.IntOf(math.MinInt64 + 1), tag.UintOf(math.MaxUint64), tag.FloatOf(1e-7), tag.StringOf(`it's a "\" °C`),
		tag.BytesOf([]byte{0, 1, 255}), tag.NanosOf(noon + 7), tag.ArrayOf([]tag.Value{tag.IntOf(1)}), tag.IntOf(5), tag.FloatOf(math.NaN()),
		tag.IntOf(11), tag.IntOf(12),
	}
	for _, method := range []string{"stmt2", "sql"} {
		s := server(t, taosd.Options{})
		must(t, s, []string{"method: " + method}, made(t, "kinds", 9, noon, fields, values...))
		got := rowsOf(t, s, "SELECT ts, hf_seq, hf_incarnation, b, i, u, f, s, raw, t, list, any, nan, _ts, `groß _x__y`, hf_quality, hf_historical, tbname, site, stream FROM plant.kinds")
		want := []any{
			int64(noon), int64(9), int64(3), true, int64(math.MinInt64 + 1), uint64(math.MaxUint64), 1e-7, `it's a "\" °C`,
			[]byte{0, 1, 255},
			int64(noon + 7), "[1]", 5.0, nil, int64(11), int64(12), nil, false, "plant_7_kinds_d6b5c1f4", "plant-7", "kinds",
		}
		if len(got) != 1 {
			t.Fatalf("%s: %d rows", method, len(got))
		}
		for i := range want {
			if i == 17 {
				if name, _ := got[0][i].(string); !strings.HasPrefix(name, "plant_7_kinds_") {
					t.Errorf("%s: the table is called %v", method, got[0][i])
				}
				continue
			}
			if g, isBytes := got[0][i].([]byte); isBytes && slices.Equal(g, want[i].([]byte)) {
				continue
			} else if isBytes || got[0][i] != want[i] {
				t.Errorf("%s: column %d is %v, want %v", method, i, got[0][i], want[i])
			}
		}
	}
}

func TestASuperTableGrowsWithItsRows(t *testing.T) {
	for _, method := range []string{"stmt2", "sql"} {
		s := server(t, taosd.Options{})
		text := []tag.Field{{Name: "note", Kind: tag.String}}
		more := append(slices.Clone(text), tag.Field{Name: "speed", Kind: tag.Float})
		must(t, s, []string{"method: " + method, "batch: 1", "text_width: 8"},
			made(t, "r", 1, noon, text, tag.StringOf("short")),
			made(t, "r", 2, noon+1, more, tag.StringOf("x"), tag.FloatOf(2.5)),
			made(t, "r", 3, noon+2, more, tag.StringOf(strings.Repeat("long", 500)), tag.FloatOf(3.5)),
			made(t, "r", 4, noon+3, text, tag.StringOf("after")))
		got := rowsOf(t, s, "SELECT hf_seq, note, speed FROM plant.r ORDER BY hf_seq")
		if len(got) != 4 || got[0][2] != nil || got[1][2] != 2.5 || len(got[2][1].(string)) != 2000 || got[3][1] != "after" {
			t.Errorf("%s: %v", method, got)
		}
	}
}

func TestTwoRowsOfTheSameTimeAreKeptOrTheLaterWins(t *testing.T) {
	fields := []tag.Field{{Name: "v", Kind: tag.Int}}
	first, second := made(t, "r", 1, noon, fields, tag.IntOf(1)), made(t, "r", 2, noon, fields, tag.IntOf(2))
	s := server(t, taosd.Options{})
	must(t, s, nil, first, second)
	must(t, s, nil, first, second)
	if got := rowsOf(t, s, "SELECT v FROM plant.r"); len(got) != 2 {
		t.Errorf("keep: %v", got)
	}
	s = server(t, taosd.Options{})
	must(t, s, []string{"same_time: replace"}, first, second)
	if got := rowsOf(t, s, "SELECT v FROM plant.r"); len(got) != 1 || got[0][0] != int64(2) {
		t.Errorf("replace: %v", got)
	}
	w := open(t, s)
	if err := put(t, w, first)[0]; err == nil || !strings.Contains(err.Error(), "same_time: replace") {
		t.Errorf("keep, where the time alone is the key: %v", err)
	}
}

func TestTablesAndTagsAreNamedByTheirTemplates(t *testing.T) {
	fields := []tag.Field{{Name: "machine", Kind: tag.String}, {Name: "v", Kind: tag.Int}}
	s := server(t, taosd.Options{})
	must(t, s, []string{"super_table: press", "table: \"m_{machine}\"", "tags: {machine: \"{machine}\", line: \"3\"}"},
		made(t, "a", 1, noon, fields, tag.StringOf("p1"), tag.IntOf(1)),
		made(t, "b", 1, noon, fields, tag.StringOf("p2"), tag.IntOf(2)),
		made(t, "b", 2, noon+1, fields, tag.StringOf("p1"), tag.IntOf(3)))
	got := rowsOf(t, s, "SELECT tbname, line, count(*) FROM plant.press PARTITION BY tbname ORDER BY tbname")
	if len(got) != 2 || got[0][0] != "m_p1" || got[0][2] != int64(2) || got[1][1] != "3" {
		t.Errorf("%v", got)
	}
}

func TestRowsThatNoColumnHoldsAreRefusedAndTheOthersTaken(t *testing.T) {
	s := server(t, taosd.Options{Keep: time.Hour})
	number, text := []tag.Field{{Name: "v", Kind: tag.Float}}, []tag.Field{{Name: "v", Kind: tag.String}}
	now := time.Now().UnixNano()
	answers := put(t, open(t, s),
		made(t, "r", 1, now, number, tag.FloatOf(1)),
		made(t, "r", 2, now+1, text, tag.StringOf("broken")),
		made(t, "r", 3, noon-1e18, number, tag.FloatOf(3)),
		made(t, "r", 4, now+2, number, tag.FloatOf(4)))
	for i, err := range answers {
		f, refused := errors.AsType[*sinks.Failure](err)
		if want := i == 1 || i == 2; refused != want || want && !f.Permanent {
			t.Errorf("row %d: %v", i+1, err)
		}
	}
	if got := rowsOf(t, s, "SELECT v FROM plant.r"); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestWithoutCreateNothingIsMade(t *testing.T) {
	s := server(t, taosd.Options{})
	if _, err := try(t, s, "create: false"); err == nil || !strings.Contains(err.Error(), "create: true") {
		t.Errorf("a database that is not there: %v", err)
	}
}

func TestOptionsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for keys, says := range map[string]string{
		"url: http://h":                                   "ws://",
		"url: ws://u@h":                                   "username",
		"url: ws://h\ntls: {ca: /ca.pem}":                 "wss://",
		"url: ws://h\ndatabase: a.b":                      "letters",
		"url: ws://h\ntags: {site: x}":                    "every table",
		"url: ws://h\nwindow: 0":                          "want 1",
		"url: ws://h\npassword: hunter2":                  "refer to it",
		"url: ws://h\ntable: \"{\"":                       "written twice",
		"url: [ws://h]\nsame_time: sometimes":             "keep",
		"password: env:X":                                 "url",
		"url: ws://h\nbatch: 5\nlinger: 5ms\norder: none": "stream",
	} {
		if _, err := conformance.Parse(tdengine.Sink{}, keys); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", keys, err)
		}
	}
}

func TestAServerThatRefusesPreparedStatementsIsToldInSQLAndThatIsNoted(t *testing.T) {
	note := func(s *taosd.Server) string {
		t.Helper()
		w := open(t, s)
		defer func() { _ = w.Close(t.Context()) }()
		return w.(sinks.Noter).Note()
	}
	if got := note(server(t, taosd.Options{NoStatements: true})); !strings.Contains(got, "refuses prepared statements") {
		t.Errorf("it notes %q", got)
	}
	if got := note(server(t, taosd.Options{})); got != "" {
		t.Errorf("it notes %q where all is well", got)
	}
}
