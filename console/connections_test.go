package console_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

func TestAConnectionIsRecordedAndTheRecordingFetched(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	var all []console.Connection
	if s.get("/api/v1/connections", &all); len(all) != 1 || all[0].Name != "tcp:10.0.0.7:502" || all[0].Devices[0] != "boiler" {
		t.Fatalf("%+v", all)
	}
	path := "/api/v1/connections/" + all[0].Name + "/recording"
	if status, text := s.do(http.MethodGet, path, ""); status != http.StatusNotFound || !strings.Contains(text, "nothing has been recorded") {
		t.Errorf("before: %d %s", status, text)
	}
	on := `{"on": true, "ring": true, "max_bytes": 65536, "max_time_ns": 60000000000}`
	if status, text := s.do(http.MethodPut, path, on); status != 200 || !strings.Contains(text, `"on":true`) {
		t.Errorf("on: %d %s", status, text)
	}
	if want := (record.Limits{Bytes: 65536, Time: time.Minute, Ring: true}); node.recording != want {
		t.Errorf("limits are %+v, want %+v", node.recording, want)
	}
	if status, text := s.do(http.MethodPut, path, on); status != http.StatusConflict {
		t.Errorf("twice: %d %s", status, text)
	}
	status, file := s.do(http.MethodGet, path, "")
	if r, err := record.Read(strings.NewReader(file)); status != 200 || err != nil || r.Header.Driver != "modbus" {
		t.Errorf("fetched: %d %v", status, err)
	}
	if status, text := s.do(http.MethodPut, path, `{"on": false}`); status != 200 || !strings.Contains(text, `"on":false`) {
		t.Errorf("off: %d %s", status, text)
	}
	for _, wrong := range []string{`{}`, `{"on": true, "max_bytes": 1}`, `{"on": true, "max_time_ns": 1}`} {
		if status, text := s.do(http.MethodPut, path, wrong); status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", wrong, status, text)
		}
	}
	if status, text := s.do(http.MethodPut, "/api/v1/connections/tcp:nobody/recording", `{"on": true}`); status != http.StatusNotFound {
		t.Errorf("no such one: %d %s", status, text)
	}
}
