package promapi_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console/promapi"
	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/history/historytest"
	"github.com/holdfast-edge/holdfast/store/series"
	"github.com/holdfast-edge/holdfast/tag"
)

// noon is when these tests' history ends. Samples lie half a second beside
// whole ones: whether a range has its left end changed with Prometheus 3.
var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

const patience = time.Minute

// plant is two vessels with three tags, every ten seconds for two hours.
func plant(t testing.TB) (batches []*tag.Batch, known catalog.Catalog) {
	t.Helper()
	known.Site = "plant-7"
	for v, device := range []string{"boiler", "dryer"} {
		stream := device + ".climate"
		schema, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, tag.Field{Name: "temperature"}, tag.Field{Name: "energy total"},
			tag.Field{Name: "pump"}, tag.Field{Name: "mode"})
		if err != nil {
			t.Fatal(err)
		}
		known.Streams = append(known.Streams, catalog.Stream{Name: stream, Device: device, Group: "climate", Fields: []catalog.Field{
			{Name: "temperature", Unit: "°C", Description: "vessel temperature"}, {Name: "energy total", Unit: "kWh"}, {Name: "pump"}, {Name: "mode", Type: "string"},
		}})
		b := tag.NewBuilder(schema, 720)
		for i := range 720 {
			row := b.Row(noon.Add(time.Duration(i-720)*10*time.Second + 500*time.Millisecond).UnixNano())
			row[0] = tag.FloatOf(20 + float64(v) + 5*math.Sin(float64(i)/40))
			row[1] = tag.UintOf(uint64(10_000 + (i*7+v)%2500)) // with resets, far from zero, near which rates differ
			row[2] = tag.BoolOf(i/(30+v)%2 == 0)
			row[3] = tag.StringOf("auto")
			switch {
			case i >= 300 && i < 300+20*(v+1): // a device that is away
				for slot := range row {
					row[slot] = row[slot].WithQuality(tag.BadNotConnected)
				}
			case i%97 == 0:
				row[1] = tag.Value{}
			case i%101 == 0:
				row[0] = tag.NullOf(tag.BadWaiting)
			case i%50 == 0:
				row[0] = row[0].WithQuality(tag.UncertainSubNormal)
			}
		}
		batches = append(batches, b.Batch())
	}
	return batches, known
}

// serveAPI serves the history of the plant.
func serveAPI(t testing.TB, change ...func(*promapi.Options)) (address string, source *series.Queryable) {
	t.Helper()
	batches, known := plant(t)
	h := historytest.Filled(t, noon, []*tag.Batch{batches[0].Slice(0, 500), batches[1].Slice(0, 500)},
		[]*tag.Batch{batches[0].Slice(500, 720), batches[1].Slice(500, 720)})
	source = series.New(h, func() (catalog.Catalog, error) { return known, nil })
	o := promapi.Options{
		Source: source, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon },
		Version: func() string { return "test" },
		Metadata: func() map[string]promapi.Metadata {
			return map[string]promapi.Metadata{"temperature": {Type: "gauge", Help: "vessel temperature", Unit: "°C"}}
		},
	}
	for _, c := range change {
		c(&o)
	}
	api := promapi.New(o)
	server := httptest.NewServer(api)
	t.Cleanup(func() {
		server.Close()
		if err := api.Close(); err != nil {
			t.Error(err)
		}
	})
	return server.URL + promapi.Prefix, source
}

// said is an answer of the API.
type said struct {
	Status    string          `json:"status"`
	Data      json.RawMessage `json:"data"`
	ErrorType string          `json:"errorType"`
	Error     string          `json:"error"`
}

// ask asks an API and returns the status, too.
func ask(t testing.TB, address, path string, form url.Values) (int, said) {
	t.Helper()
	r, err := http.PostForm(address+"/api/v1/"+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	var s said
	if err != nil || json.Unmarshal(text, &s) != nil {
		t.Fatalf("%s: %v %s", path, err, text)
	}
	return r.StatusCode, s
}

// get asks by GET where there is no form.
func get(t testing.TB, address, path string, form url.Values) (int, said) {
	t.Helper()
	if form != nil {
		return ask(t, address, path, form)
	}
	r, err := http.Get(address + "/api/v1/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var s said
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return r.StatusCode, s
}
