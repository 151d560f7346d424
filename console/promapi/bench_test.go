package promapi_test

import (
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console/promapi"
	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/history/historytest"
	"github.com/holdfast-edge/holdfast/store/series"
	"github.com/holdfast-edge/holdfast/tag"
)

// BenchmarkSixHoursOfATagByMinute asks this API and that of Debian's Prometheus,
// over HTTP, for six hours of a tag whose samples lie a second apart.
func BenchmarkSixHoursOfATagByMinute(b *testing.B) {
	const rows = 6 * 3600
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "s"), "s", tag.Field{Name: "temperature"})
	if err != nil {
		b.Fatal(err)
	}
	builder := tag.NewBuilder(schema, rows)
	for i := range rows {
		builder.Row(noon.Add(time.Duration(i-rows) * time.Second).UnixNano())[0] = tag.FloatOf(20 + float64(i*7919%1000)/100)
	}
	h := historytest.Filled(b, noon, []*tag.Batch{builder.Batch()}, nil)
	known := catalog.Catalog{Site: "plant-7", Streams: []catalog.Stream{{Name: "s", Fields: []catalog.Field{{Name: "temperature"}}}}}
	source := series.New(h, func() (catalog.Catalog, error) { return known, nil })
	api := promapi.New(promapi.Options{Source: source, Logger: slog.New(slog.DiscardHandler)})
	defer api.Close()
	ours := httptest.NewServer(api)
	defer ours.Close()
	theirs := startPrometheus(b)
	write(b, theirs, source)
	for _, query := range []struct{ name, text string }{{"last", "temperature"}, {"avg", "avg_over_time(temperature[1m])"}} {
		form := url.Values{
			"query": {query.text}, "step": {"60"}, "start": {strconv.FormatInt(noon.Add(-6*time.Hour).Unix(), 10)}, "end": {strconv.FormatInt(noon.Unix(), 10)},
		}
		for _, at := range []struct{ name, address string }{{"holdfast", ours.URL + promapi.Prefix}, {"prometheus", theirs}} {
			b.Run(query.name+"/"+at.name, func(b *testing.B) {
				for b.Loop() {
					if status, s := ask(b, at.address, "query_range", form); status != 200 {
						b.Fatal(s.Error)
					}
				}
			})
		}
	}
}
