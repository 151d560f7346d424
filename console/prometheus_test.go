//go:build !lean

package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestPromQLIsAnsweredOfTheHistoryAndOfTheNodesOwnMetrics(t *testing.T) {
	s := withHistory(t)
	promQL := func(query string) string {
		status, text := s.do(http.MethodGet, "/prometheus/api/v1/query?time=2026-11-22T12:00:00Z&query="+url.QueryEscape(query), "")
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", query, status, text)
		}
		return text
	}
	if text := promQL("max_over_time(temperature[1m])"); !strings.Contains(text, `"3599"`) || !strings.Contains(text, `"unit":"°C"`) {
		t.Errorf("the history: %s", text)
	}
	until(t, "the node's own metrics", func() bool {
		_, text := s.do(http.MethodGet, "/prometheus/api/v1/query?query="+url.QueryEscape("last_over_time(holdfast_device_scans_total[100y])"), "")
		_, names := s.do(http.MethodGet, "/prometheus/api/v1/label/__name__/values", "")
		return strings.Contains(names, `"holdfast_troubles"`) && text != ""
	})
	if status, text := s.do(http.MethodGet, "/prometheus/api/v1/metadata", ""); status != http.StatusOK || !strings.Contains(text, `"unit":"°C"`) || !strings.Contains(text, `"type":"counter"`) {
		t.Errorf("%d %s", status, text)
	}
}

func TestPromQLAsksForALogIn(t *testing.T) {
	const token = "hf_0123456789ABCDEFGHIJ"
	t.Setenv("GRAFANA_TOKEN", token)
	var reference config.Secret
	if err := reference.UnmarshalText([]byte("env:GRAFANA_TOKEN")); err != nil {
		t.Fatal(err)
	}
	s, _ := secured(t, config.ConsoleToken{Name: "grafana", Token: reference, Role: "viewer"})
	as := func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if status, text := s.do(http.MethodPost, "/prometheus/api/v1/query", "query=1%2B1"); status != http.StatusUnauthorized {
		t.Errorf("nobody: %d %s", status, text)
	}
	if status, text := s.do(http.MethodPost, "/prometheus/api/v1/query", "query=1%2B1", as); status != http.StatusOK || !strings.Contains(text, `"2"`) {
		t.Errorf("a viewer: %d %s", status, text)
	}
}
