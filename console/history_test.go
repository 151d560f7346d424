package console_test

import (
	"encoding/csv"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/tag"
)

// remember gives the node samples of the temperature, one for each value, the
// last of them at noon.
func remember(node *fake, every time.Duration, values ...tag.Value) {
	node.change(func(f *fake) {
		for i, v := range values {
			at := noon.Add(-every * time.Duration(len(values)-i))
			f.past = append(f.past, tag.Sample{Field: "temperature", Value: v, Time: at.UnixNano()})
		}
	})
}

func TestAShortHistoryComesAsItIs(t *testing.T) {
	node := newFake()
	remember(node, time.Second, tag.FloatOf(20), tag.NullOf(tag.BadTimeout), tag.FloatOf(21.5))
	var h console.History
	serve(t, node, nil).get("/api/v1/history?device=boiler&tag=temperature&from=-1m", &h)
	if len(h.Points) != 3 || h.Samples != 3 || h.Unit != "°C" || !h.To.Equal(noon) || !h.From.Equal(noon.Add(-time.Minute)) {
		t.Fatalf("got %+v", h)
	}
	if string(h.Points[1].Value) != "null" || h.Points[1].Quality != "BadTimeout" || string(h.Points[2].Value) != "21.5" {
		t.Errorf("got %+v", h.Points)
	}
}

func TestALongHistoryIsThinnedAndKeepsItsExtremes(t *testing.T) {
	node := newFake()
	values := make([]tag.Value, 10_000)
	for i := range values {
		values[i] = tag.FloatOf(20)
	}
	values[1234], values[8765] = tag.FloatOf(-5), tag.FloatOf(95)
	remember(node, 100*time.Millisecond, values...)
	var h console.History
	serve(t, node, nil).get("/api/v1/history?device=boiler&tag=temperature&points=60", &h)
	if len(h.Points) > 60 || h.Samples != 10_000 {
		t.Fatalf("%d points of %d samples", len(h.Points), h.Samples)
	}
	text := ""
	for _, p := range h.Points {
		text += " " + string(p.Value)
	}
	if !strings.Contains(text, " -5") || !strings.Contains(text, " 95") {
		t.Errorf("an extreme is hidden: %s", text)
	}
}

func TestATimeWithoutSamplesIsAGap(t *testing.T) {
	node := newFake()
	remember(node, time.Minute, tag.FloatOf(20), tag.FloatOf(21))
	var h console.History
	serve(t, node, nil).get("/api/v1/history?device=boiler&tag=temperature", &h)
	if len(h.Points) != 3 || h.Samples != 2 || string(h.Points[1].Value) != "null" || h.Points[1].Quality != "BadDataUnavailable" {
		t.Errorf("got %+v", h)
	}
}

func TestAHistoryIsExportedAsCSV(t *testing.T) {
	node := newFake()
	remember(node, time.Second, tag.FloatOf(20.5), tag.NullOf(tag.BadTimeout), tag.StringOf("a \"b\", c"))
	status, text := serve(t, node, nil).do(http.MethodGet, "/api/v1/history.csv?device=boiler&tag=temperature", "")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if status != 200 || err != nil || len(rows) != 4 {
		t.Fatalf("%d %v %s", status, err, text)
	}
	if rows[0][0] != "time" || rows[1][1] != "20.5" || rows[2][1] != "" || rows[2][2] != "BadTimeout" || rows[3][1] != `a "b", c` {
		t.Errorf("got %q", rows)
	}
	if rows[1][0] != "2026-11-22T11:59:57Z" {
		t.Errorf("at %s", rows[1][0])
	}
}

func TestTimesThatMakeNoSenseAreRefused(t *testing.T) {
	s := serve(t, newFake(), nil)
	for _, query := range []string{
		"from=yesterday", "from=1h", "from=-1h&to=-2h", "to=soon", "from=0001-01-01T00:00:00Z", "to=9999-01-01T00:00:00Z",
		"points=1", "points=1000000", "points=many", "from=2026-11-22T12:00:00Z&to=2026-11-22T12:00:00Z",
	} {
		if status, text := s.do(http.MethodGet, "/api/v1/history?device=boiler&tag=temperature&"+query, ""); status != 422 {
			t.Errorf("%s: %d %s", query, status, text)
		}
	}
	if status, text := s.do(http.MethodGet, "/api/v1/history", ""); status != 422 {
		t.Errorf("without a tag: %d %s", status, text)
	}
}

func TestAHistoryThatCannotBeReadSaysSo(t *testing.T) {
	node := newFake()
	node.pastErr = errors.New("block 7: checksum")
	status, text := serve(t, node, nil).do(http.MethodGet, "/api/v1/history?device=boiler&tag=temperature", "")
	if status != 503 || !strings.Contains(text, "read the history of boiler.temperature: block 7: checksum") {
		t.Errorf("%d %s", status, text)
	}
}
