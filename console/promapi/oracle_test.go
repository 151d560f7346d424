package promapi_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestTheHistoryAnswersAsPrometheusDoes asks Debian's Prometheus, which has got
// the same samples by remote write, the same questions.
func TestTheHistoryAnswersAsPrometheusDoes(t *testing.T) {
	ours, source := serveAPI(t)
	theirs := startPrometheus(t)
	if n := write(t, theirs, source); n < 4000 {
		t.Fatalf("only %d samples", n)
	}
	moments := []time.Time{noon.Add(-90 * time.Minute), noon.Add(-68 * time.Minute), noon.Add(-65 * time.Minute), noon.Add(-time.Minute), noon.Add(time.Hour)}
	asked, empty := 0, 0
	compare := func(path string, form url.Values) {
		asked++
		ourStatus, we := ask(t, ours, path, form)
		theirStatus, they := ask(t, theirs, path, form)
		if ourStatus != theirStatus || we.ErrorType != they.ErrorType {
			t.Errorf("%s %v: %d %s %s, Prometheus %d %s %s", path, form, ourStatus, we.ErrorType, we.Error, theirStatus, they.ErrorType, they.Error)
			return
		}
		a, b := canonical(t, we.Data), canonical(t, they.Data)
		if len(a.points) == 0 {
			empty++
		}
		if differs := a.differs(b); differs != "" {
			t.Errorf("%s %v: %s\nours   %.200s\ntheirs %.200s", path, form, differs, we.Data, they.Data)
		}
	}
	for _, q := range corpus() {
		for _, at := range moments {
			compare("query", url.Values{"query": {q}, "time": {at.Format(time.RFC3339)}})
		}
		for _, step := range []string{"15", "1m", "7m"} {
			compare("query_range", url.Values{
				"query": {q}, "start": {strconv.FormatInt(noon.Add(-2*time.Hour).Unix(), 10)}, "end": {noon.Add(time.Minute).Format(time.RFC3339)}, "step": {step},
			})
		}
	}
	if asked < 1200 || empty > asked/3 {
		t.Errorf("%d questions, of which %d have no answer", asked, empty)
	}
	t.Logf("%d questions, %d without an answer", asked, empty)
	for _, path := range []string{"labels", "label/__name__/values", "label/device/values", "label/unit/values", "series"} {
		for _, match := range [][]string{{"temperature"}, {`{device="dryer"}`, "pump"}, {"nothing"}} {
			form := url.Values{"match[]": match, "start": {strconv.FormatInt(noon.Add(-2*time.Hour).Unix(), 10)}, "end": {strconv.FormatInt(noon.Unix(), 10)}}
			query := path
			if strings.HasPrefix(path, "label/") {
				query, form = path+"?"+form.Encode(), nil
			}
			_, we := get(t, ours, query, form)
			_, they := get(t, theirs, query, form)
			if sorted(t, we.Data) != sorted(t, they.Data) {
				t.Errorf("%s %v:\nours   %s\ntheirs %s", path, match, we.Data, they.Data)
			}
		}
	}
}

// flat is a result without an order: points by series.
type flat struct {
	kind   string
	points map[string]float64
	text   string
}

// canonical flattens the result of a query.
func canonical(t *testing.T, data json.RawMessage) flat {
	t.Helper()
	f := flat{points: map[string]float64{}}
	if len(data) == 0 {
		return f
	}
	var result struct {
		ResultType string          `json:"resultType"`
		Result     json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(data, &result); err != nil {
		t.Fatal(err)
	}
	f.kind = result.ResultType
	add := func(series string, p []any) {
		text, _ := p[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			f.text = text
		}
		f.points[fmt.Sprint(series, "@", p[0])] = v
	}
	if f.kind == "scalar" || f.kind == "string" {
		var p []any
		if err := json.Unmarshal(result.Result, &p); err != nil {
			t.Fatal(err)
		}
		add("", p)
		return f
	}
	var all []struct {
		Metric map[string]string `json:"metric"`
		Value  []any             `json:"value"`
		Values [][]any           `json:"values"`
	}
	if err := json.Unmarshal(result.Result, &all); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.Value != nil {
			s.Values = append(s.Values, s.Value)
		}
		for _, p := range s.Values {
			add(fmt.Sprint(s.Metric), p)
		}
	}
	return f
}

// differs says what differs first. Sums of floats may, in their last digits:
// later versions of the engine compensate.
func (f flat) differs(g flat) string {
	if f.kind != g.kind || f.text != g.text || len(f.points) != len(g.points) {
		return fmt.Sprintf("%s of %d points, Prometheus %s of %d", f.kind, len(f.points), g.kind, len(g.points))
	}
	for at, v := range f.points {
		w, ok := g.points[at]
		if !ok || math.IsNaN(v) != math.IsNaN(w) || math.Abs(v-w) > 1e-9*max(math.Abs(v), math.Abs(w), 1e-3) {
			return fmt.Sprintf("%s is %v, Prometheus has %v (%t)", at, v, w, ok)
		}
	}
	return ""
}

// sorted is a list as text, whatever its order was.
func sorted(t *testing.T, data json.RawMessage) string {
	t.Helper()
	var list []any
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatalf("%v in %s", err, data)
	}
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = fmt.Sprint(v)
	}
	slices.Sort(texts)
	return strings.Join(texts, "\n")
}
