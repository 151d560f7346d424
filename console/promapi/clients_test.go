package promapi_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/holdfast-edge/holdfast/console/promapi"
)

func TestTheClientOfPrometheusWorks(t *testing.T) {
	address, _ := serveAPI(t)
	c, err := api.NewClient(api.Config{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	p, ctx, hour := v1.NewAPI(c), t.Context(), v1.Range{Start: noon.Add(-time.Hour), End: noon, Step: time.Minute}
	v, warnings, _, err := p.Query(ctx, "count by (device) (temperature)", noon)
	if vector, ok := v.(model.Vector); err != nil || len(warnings) > 0 || !ok || len(vector) != 2 || vector[0].Value != 1 {
		t.Errorf("query: %v %v", v, err)
	}
	v, _, _, err = p.QueryRange(ctx, "temperature", hour)
	if matrix, ok := v.(model.Matrix); err != nil || !ok || len(matrix) != 2 || len(matrix[0].Values) != 61 {
		t.Errorf("query_range: %v %v", v, err)
	}
	if names, _, _, err := p.LabelNames(ctx, nil, hour.Start, hour.End); err != nil || fmt.Sprint(names) != "__name__, device, group, site, stream, tag, unit" {
		t.Errorf("labels: %v %v", names, err)
	}
	if values, _, _, err := p.LabelValues(ctx, "__name__", nil, hour.Start, hour.End); err != nil || len(values) != 3 || values[0] != "energy_total" {
		t.Errorf("label values: %v %v", values, err)
	}
	if found, _, _, err := p.Series(ctx, []string{`{device="boiler"}`}, hour.Start, hour.End); err != nil || len(found) != 3 {
		t.Errorf("series: %v %v", found, err)
	}
	if meta, err := p.Metadata(ctx, "", ""); err != nil || meta["temperature"][0].Unit != "°C" {
		t.Errorf("metadata: %v %v", meta, err)
	}
	if info, err := p.Buildinfo(ctx); err != nil || info.Version == "" {
		t.Errorf("buildinfo: %v %v", info, err)
	}
	if _, err := p.Rules(ctx, nil); err != nil {
		t.Errorf("rules: %v", err)
	}
	if _, _, _, err = p.Query(ctx, "rate(", noon); err == nil || !strings.Contains(err.Error(), "parse error") {
		t.Errorf("a wrong one: %v", err)
	}
}

func TestPromtoolWorks(t *testing.T) {
	address, _ := serveAPI(t)
	at := noon.Format(time.RFC3339)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"query", "instant", "--time=" + at, address, "count(temperature)"}, "2 @["},
		{[]string{"query", "range", "--start=" + noon.Add(-time.Hour).Format(time.RFC3339), "--end=" + at, "--step=10m", address, "temperature"}, `temperature{device="boiler"`},
		{[]string{"query", "series", "--match=pump", address}, `device="dryer"`},
		{[]string{"query", "labels", address, "device"}, "boiler\ndryer"},
	} {
		out, err := exec.Command("promtool", c.args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.says) {
			t.Errorf("promtool %v: %v\n%s", c.args, err, out)
		}
	}
}

func TestWhatGrafanaAsksFirst(t *testing.T) {
	address, _ := serveAPI(t)
	if status, s := ask(t, address, "query", url.Values{"query": {"1+1"}}); status != http.StatusOK || string(s.Data) != `{"resultType":"scalar","result":[1795867200,"2"]}` {
		t.Errorf("1+1: %d %s", status, s.Data)
	}
	if status, s := ask(t, address, "query", url.Values{"query": {`"a \"text\""`}}); status != http.StatusOK || !strings.Contains(string(s.Data), `"a \"text\""`) {
		t.Errorf("a text: %d %s", status, s.Data)
	}
}

func TestMistakesHaveTheirStatus(t *testing.T) {
	address, _ := serveAPI(t, func(o *promapi.Options) { o.Samples = 500 })
	hours := func(step string) url.Values {
		return url.Values{"query": {"temperature"}, "start": {"1795860000"}, "end": {"1795867200"}, "step": {step}}
	}
	for _, c := range []struct {
		path   string
		form   url.Values
		status int
		kind   string
	}{
		{"query", url.Values{"query": {"temperature["}}, 400, "bad_data"},
		{"query", url.Values{"query": {"1"}, "time": {"yesterday"}}, 400, "bad_data"},
		{"query", url.Values{"query": {"1"}, "timeout": {"soon"}}, 400, "bad_data"},
		{"query", url.Values{"query": {"1"}, "lookback_delta": {"x"}}, 400, "bad_data"},
		{"query", url.Values{"query": {"sum_over_time(temperature[2h])"}}, 422, "execution"}, // too many samples
		{"query", url.Values{"query": {"count(temperature) + on () temperature"}}, 422, "execution"},
		{"query_range", hours("0"), 400, "bad_data"},
		{"query_range", hours("0.1"), 400, "bad_data"},
		{"query_range", hours("-1m"), 400, "bad_data"},
		{"query_range", url.Values{"query": {"1"}, "step": {"1"}}, 400, "bad_data"},
		{"query_range", url.Values{"query": {"1"}, "start": {"2"}, "end": {"1"}, "step": {"1"}}, 400, "bad_data"},
		{"series", url.Values{}, 400, "bad_data"},
		{"series", url.Values{"match[]": {"{"}}, 400, "bad_data"},
		{"labels", url.Values{"limit": {"many"}}, 400, "bad_data"},
		{"nothing", url.Values{}, 404, "not_found"},
	} {
		if status, s := ask(t, address, c.path, c.form); status != c.status || s.ErrorType != c.kind || s.Status != "error" || s.Error == "" {
			t.Errorf("%s %v: %d %+v", c.path, c.form, status, s)
		}
	}
}

func TestAQueryWaitsForItsTurnNoLongerThanItMay(t *testing.T) {
	address, _ := serveAPI(t, func(o *promapi.Options) { o.Concurrent, o.Timeout = 1, 20*time.Millisecond })
	status, s := ask(t, address, "query", url.Values{"query": {"1"}, "timeout": {"0.000000001"}})
	if status != http.StatusServiceUnavailable || s.ErrorType != "timeout" {
		t.Errorf("%d %+v", status, s)
	}
}
