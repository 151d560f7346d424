package console_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/history/historytest"
	"github.com/holdfast-edge/holdfast/store/tables"
	"github.com/holdfast-edge/holdfast/tag"
)

// withHistory serves a console whose history has an hour of the boiler.
func withHistory(t *testing.T) *served {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "boiler.climate"), "boiler.climate", tag.Field{Name: "temperature", Kind: tag.Float})
	if err != nil {
		t.Fatal(err)
	}
	b := tag.NewBuilder(schema, 3600)
	for i := range 3600 {
		b.Row(noon.Add(time.Duration(i-3600) * time.Second).UnixNano())[0] = tag.FloatOf(float64(i))
	}
	h := historytest.Filled(t, noon, nil, []*tag.Batch{b.Batch()})
	known := func() (catalog.Catalog, error) {
		return catalog.Catalog{Site: "plant-7", Streams: []catalog.Stream{
			{Name: "boiler.climate", Device: "boiler", Group: "climate", Fields: []catalog.Field{{Name: "temperature", Unit: "°C"}}},
		}}, nil
	}
	engine, err := tables.New(tables.Options{Source: h, Now: func() time.Time { return noon }, Catalog: known})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return serve(t, newFake(), func(o *console.Options) { o.Tables, o.History, o.Catalog = engine, h, known })
}

func ask(sql, rest string) string { return "/api/v1/query?sql=" + url.QueryEscape(sql) + rest }

func TestTheHistoryIsAskedInSQL(t *testing.T) {
	s := withHistory(t)
	var got struct {
		Columns   []tables.Column
		Rows      [][]any
		Watermark map[string]string
		Truncated bool
	}
	s.get(ask("SELECT max(temperature), count(*) FROM boiler WHERE ts >= ago('1m')", ""), &got)
	if len(got.Rows) != 1 || got.Rows[0][0] != 3599.0 || got.Rows[0][1] != 60.0 || got.Columns[1].Name != "count(*)" ||
		got.Watermark["boiler.climate"] != "2026-11-22T11:59:59Z" || got.Truncated {
		t.Errorf("got %+v", got)
	}
	status, text := s.do(http.MethodPost, "/api/v1/query", `{"sql":"SELECT ts FROM boiler.climate","rows":2}`)
	if status != 200 || json.Unmarshal([]byte(text), &got) != nil || len(got.Rows) != 2 || !got.Truncated {
		t.Errorf("%d %s", status, text)
	}
}

func TestAnAnswerComesAsCSVWithItsTrailers(t *testing.T) {
	s := withHistory(t)
	r, err := s.client.Get(s.URL() + ask("SELECT ts, temperature FROM boiler", "&format=csv&rows=1000"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	lines, err := csv.NewReader(r.Body).ReadAll()
	if err != nil || len(lines) != 1001 || lines[1][0] != "2026-11-22T11:00:00.000Z" || r.Trailer.Get("Holdfast-Truncated") != "true" ||
		r.Header.Get("Holdfast-Watermark") != "boiler.climate=2026-11-22T11:59:59Z" || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("%d lines, %v, %v %v", len(lines), err, r.Header, r.Trailer)
	}
	r, err = s.client.Get(s.URL() + ask("SELECT ts, CASE WHEN temperature < 3000 THEN 1 ELSE load() END FROM boiler", "&format=csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a function that is not there: %d %v", r.StatusCode, err)
	}
	r, err = s.client.Get(s.URL() + ask("SELECT ts, CASE WHEN temperature < 3000 THEN 1 ELSE bucket(ts, temperature) END FROM boiler", "&format=csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if _, err := io.Copy(io.Discard, r.Body); err != nil || r.StatusCode != http.StatusOK || !strings.Contains(r.Trailer.Get("Holdfast-Error"), "bucket") {
		t.Errorf("an answer that ends early: %d %v %v", r.StatusCode, err, r.Trailer)
	}
}

func TestAWrongQueryIsToldWithItsPlace(t *testing.T) {
	s := withHistory(t)
	status, text := s.do(http.MethodGet, ask("SELECT ts\nFROM boiler\nWHER ts > 1", ""), "")
	if status != 422 || !strings.Contains(text, `"line":3`) || !strings.Contains(text, `"column":6`) {
		t.Errorf("%d %s", status, text)
	}
	if status, text := s.do(http.MethodGet, ask("DELETE FROM boiler", ""), ""); status != 422 || !strings.Contains(text, "reads the history") {
		t.Errorf("%d %s", status, text)
	}
	if status, text := serve(t, newFake(), nil).do(http.MethodGet, ask("SELECT 1", ""), ""); status != 503 {
		t.Errorf("without a history: %d %s", status, text)
	}
}
