//go:build !lean

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/tdengine"
	"github.com/holdfast-edge/holdfast/sinks/tdengine/taosd"
	"github.com/holdfast-edge/holdfast/tag"
)

// dashboard is what the test reads of one.
type dashboard struct {
	Title  string `json:"title"`
	Panels []struct {
		Title   string `json:"title"`
		Targets []struct {
			Datasource struct{ Type, UID string }
			Expr, SQL  string
		}
	}
	Templating struct {
		List []struct {
			Name  string
			Query struct{ Query string }
		}
	}
}

func dashboards(t *testing.T) (all []dashboard) {
	t.Helper()
	files, err := filepath.Glob("../../deploy/grafana/dashboards/*.json")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d dashboards, %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var d dashboard
		if err := json.Unmarshal(text, &d); err != nil || len(d.Panels) == 0 {
			t.Fatalf("%s: %v", f, err)
		}
		all = append(all, d)
	}
	return all
}

// asked is an expression with what Grafana puts in for variables.
func asked(expr string) string {
	return strings.NewReplacer("$__rate_interval", "1m", "$device", ".*", "$rule", ".*", "$sink", ".*").Replace(expr)
}

// answered asks the node's API for PromQL and returns the data.
func answered(t *testing.T, path string, form url.Values) string {
	t.Helper()
	r, err := http.PostForm(os.Getenv("HOLDFAST_URL")+"/prometheus/api/v1/"+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s %v: %d %s", path, form, r.StatusCode, text)
	}
	return string(text)
}

// ofSome are metrics of what the demonstration's plant does not have; test/deploy knows that a node exports them.
var ofSome = regexp.MustCompile(`^holdfast_(function|table|server|log_dropped|console_log_ins|stream_(state|messages|undecodable|untaken|unlisted))`)

func TestEveryQueryOfTheDashboardsIsAnsweredByANode(t *testing.T) {
	plant(t)
	eventually(t, "Good", "get", "tags", "boiler.temperature")
	eventually(t, "boiler.climate", "query", "SELECT DISTINCT stream FROM samples WHERE ts > ago('10m')")
	selector := regexp.MustCompile(`[a-z_]*\{[^}]*\}|holdfast_[a-z_]+`)
	now := time.Now()
	span := url.Values{"start": {fmt.Sprint(now.Add(-time.Minute).Unix())}, "end": {fmt.Sprint(now.Unix())}, "step": {"15"}}
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				if target.Datasource.Type != "prometheus" {
					continue
				}
				expr := asked(target.Expr)
				span.Set("query", expr)
				answered(t, "query_range", span)
				found := selector.FindAllString(expr, -1)
				if len(found) == 0 {
					t.Errorf("%s, %s: no metric in %s", d.Title, p.Title, expr)
				}
				for _, one := range found {
					if ofSome.MatchString(one) {
						continue
					}
					if strings.Contains(answered(t, "series", url.Values{"match[]": {one}}), `"data":[]`) {
						t.Errorf("%s, %s: nothing is %s", d.Title, p.Title, one)
					}
				}
			}
		}
		for _, v := range d.Templating.List {
			label := regexp.MustCompile(`([a-z_]+)\)$`).FindStringSubmatch(v.Query.Query)
			if !strings.Contains(answered(t, "label/"+label[1]+"/values", nil), `["`) {
				t.Errorf("%s: variable %s has no values", d.Title, v.Name)
			}
		}
	}
}

// forwarded is a TDengine with what the sink makes of the demonstration's rule: a good row, and one that is late and Bad.
func forwarded(t *testing.T) *taosd.Server {
	t.Helper()
	far, err := taosd.Start(taosd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(far.Close)
	t.Setenv("TDENGINE_PASSWORD", "taosdata")
	o := conformance.Options(t, tdengine.Sink{}, "url: ws://"+far.Address()+"\npassword: env:TDENGINE_PASSWORD\ndatabase: plant\nlinger: 1ms")
	w, err := tdengine.Sink{}.Open(t.Context(), conformance.Target(o))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "forward"), "forward", tag.Field{Name: "temperature", Kind: tag.Float}, tag.Field{Name: "humidity", Kind: tag.Int})
	if err != nil {
		t.Fatal(err)
	}
	for i, origin := range []tag.Origin{tag.Live, tag.Backfill} {
		rows := tag.NewBuilder(schema, 1)
		row := rows.Row(time.Now().UnixNano())
		row[0], row[1] = tag.FloatOf(21.5), tag.IntOf(55)
		if origin == tag.Backfill {
			row[1] = tag.NullOf(tag.BadTimeout)
		}
		batch := rows.Batch().As(origin).Committed(tag.Identity{Site: "plant-7", Stream: schema.Stream(), Incarnation: 1, Sequence: uint64(i + 1)})
		answer := make(chan error, 1)
		if err := w.Send(t.Context(), sinks.Delivery{Batch: batch}, func(err error) { answer <- err }); err != nil {
			t.Fatal(err)
		}
		if err := <-answer; err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return far
}

// TestTheDashboardsForTDengineNameWhatTheSinkMakes asks all of their SQL, and holds their SQL against the
// columns of docs/sinks/tdengine.md and of the demonstration's rule.
func TestTheDashboardsForTDengineNameWhatTheSinkMakes(t *testing.T) {
	page, err := os.ReadFile("../../docs/sinks/tdengine.md")
	if err != nil {
		t.Fatal(err)
	}
	known := []string{"plant", "forward", "temperature", "humidity"} // database, super-table, and its fields
	for _, m := range regexp.MustCompile("(?m)^\\| (`[^|]*) \\|").FindAllStringSubmatch(string(page), -1) {
		for _, name := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(m[1], -1) {
			known = append(known, name[1])
		}
	}
	if !slices.Contains(known, "hf_quality") || !slices.Contains(known, "site") {
		t.Fatalf("the page lists %v", known)
	}
	far := forwarded(t)
	queries := 0
	for _, d := range dashboards(t) {
		for _, p := range d.Panels {
			for _, target := range p.Targets {
				if target.Datasource.Type != "tdengine-datasource" {
					continue
				}
				queries++
				sql := strings.NewReplacer("$from", "0", "$to", strconv.FormatInt(1<<62, 10), "$interval", "1m").Replace(target.SQL)
				if _, rows, err := far.Query(sql); err != nil || len(rows) == 0 {
					t.Errorf("%s, %s: %d rows, %v: %s", d.Title, p.Title, len(rows), err, sql)
				}
				for _, name := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(target.SQL, -1) {
					if !slices.Contains(known, name[1]) {
						t.Errorf("%s, %s: the sink makes no %q: %s", d.Title, p.Title, name[1], target.SQL)
					}
				}
			}
		}
	}
	if queries < 5 {
		t.Errorf("only %d queries", queries)
	}
}
