package console_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
)

func TestARecordIsTracedUntilItHasArrived(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	status, text := s.do(http.MethodPost, "/api/v1/traces", `{"device": "boiler", "tag": "temperature", "wait_ns": 5000000000}`)
	var armed console.Trace
	if err := json.Unmarshal([]byte(text), &armed); err != nil || status != 200 || armed.State != "armed" || armed.Target.Tag != "temperature" {
		t.Fatalf("%d %s %v", status, text, err)
	}
	answer := make(chan string, 1)
	go func() {
		_, text := s.do(http.MethodGet, "/api/v1/traces/1?wait=60", "")
		answer <- text
	}()
	node.change(func(f *fake) {
		f.traces[0].State = "done"
		f.traces[0].Hops = []console.Hop{{Stage: "source", Time: noon, Follows: -1}, {Stage: "published", Time: noon, Since: 1000, Stream: "boiler.climate"}}
		close(f.changed)
		f.changed = make(chan struct{})
	})
	if text := <-answer; !strings.Contains(text, `"since_ns":1000`) || !strings.Contains(text, `"done"`) {
		t.Error(text)
	}
	if status, text := s.do(http.MethodGet, "/api/v1/traces", ""); status != 200 || !strings.Contains(text, `"id":1`) {
		t.Errorf("%d %s", status, text)
	}
	for path, body := range map[string]string{"/api/v1/traces": `{"rule": "none"}`, "/api/v1/traces/9": ""} {
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		if status, text := s.do(method, path, body); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	if status, _ := s.do(http.MethodPost, "/api/v1/traces", `{"rule": "forward", "wait_ns": 1}`); status != http.StatusUnprocessableEntity {
		t.Errorf("a nanosecond: %d", status)
	}
}
