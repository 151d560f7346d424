package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/holdfast-edge/holdfast/console"
)

// metric is the value of the first metric whose line begins so, or nothing.
func (s *served) metric(name string) string {
	s.t.Helper()
	_, text := s.do(http.MethodGet, "/metrics", "")
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name); ok && strings.ContainsAny(rest[:1], " {") {
			return strings.TrimSpace(rest[strings.LastIndex(rest, " ")+1:])
		}
	}
	return ""
}

func TestMetricsAreWhatTheNodeHasNow(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	for name, want := range map[string]string{
		`holdfast_info{site="plant-7",version="v1.2.3"}`:                                             "1",
		`holdfast_device_scans_total{device="boiler"}`:                                               "100",
		`holdfast_device_late_scans_total{device="boiler"}`:                                          "2",
		`holdfast_device_state{device="boiler",state="polling"}`:                                     "1",
		`holdfast_stream_rows_total{stream="boiler.climate"}`:                                        "9",
		`holdfast_rule_rows_out_total{rule="forward"}`:                                               "4",
		`holdfast_sink_lag_records{sink="line"}`:                                                     "3",
		`holdfast_sink_lag_seconds{sink="line"}`:                                                     "1",
		`holdfast_log_dropped_records_total{cause="disk full",stream="boiler.climate"}`:              "7",
		`holdfast_stream_undecodable_messages_total{stream="sensors"}`:                               "1",
		`holdfast_broker_clients`:                                                                    "3",
		`holdfast_broker_dropped_messages_total{cause="stream full"}`:                                "5",
		`holdfast_log_size_bytes`:                                                                    "4096",
		`holdfast_actor_running{kind="device",path="/endpoints/tcp:10.0.0.7:502/boiler"}`:            "1",
		`holdfast_actor_rejected_messages_total{kind="endpoint",path="/endpoints/tcp:10.0.0.7:502"}`: "0",
		`holdfast_troubles`:                              "0",
		`holdfast_table_rows{table="limits"}`:            "250",
		`holdfast_table_unreadable{table="limits"}`:      "1",
		`holdfast_table_lost_rows_total{table="orders"}`: "7",
	} {
		if got := s.metric(name); got != want {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
	if s.metric("go_goroutines") == "" {
		t.Error("the runtime is not shown")
	}
	node.change(func(f *fake) { f.devices[0].Scans = 101 })
	if got := s.metric("holdfast_device_scans_total"); got != "101" {
		t.Errorf("a scrape later: %s", got)
	}
}

func TestMetricsFollowTheCustomsOfPrometheus(t *testing.T) {
	_, text := serve(t, newFake(), nil).do(http.MethodGet, "/metrics", "")
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "holdfast_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
}

func TestNamesThatAreNoTextDoNotBreakTheScrape(t *testing.T) {
	node := newFake()
	node.devices = append(node.devices, console.Device{Name: "bad\xff\"name\n"})
	if status, _ := serve(t, node, nil).do(http.MethodGet, "/metrics", ""); status != 200 {
		t.Errorf("got %d", status)
	}
}
