package acceptance

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/outstation"
)

func TestASubstationIsWatchedCommandedAndFollowedThroughAnOutage(t *testing.T) {
	s, err := outstation.Listen(t.Context(), "127.0.0.1:0", outstation.Standard(slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	bay := s.Put(1)
	bay.Define(apdu.DoublePoint, apdu.Object{Address: 100, Int: 1}, apdu.DoubleCommand, 1100)
	bay.Define(apdu.Float, apdu.Object{Address: 4001, Float: 21.7}, 0, 0)
	bay.SelectFirst(1100)
	e := start(t, nil, "edge", "-c", site(t, fmt.Sprintf(`
site: substation
console: {listen: "127.0.0.1:0"}
log: {commit_interval: 100ms}
devices:
  - name: bay
    driver: iec104
    endpoint: tcp://%s?t1=2s&t2=1s&t3=2s
    station: 1
    groups:
      - name: main
        tags:
          - {name: breaker, address: 100, type: double, command_address: 1100, select: true, access: rw}
          - {name: current, address: 4001, type: float, unit: A}
`, s.Address())), "--data", t.TempDir())
	wantCurrent := func(want float64) {
		t.Helper()
		until(t, fmt.Sprintf("a current of %v A", want), func() error {
			v, err := e.tag("bay", "current")
			if err == nil && (v.Value != want || v.Quality != "Good") {
				err = fmt.Errorf("it is %v (%s)", v.Value, v.Quality)
			}
			return err
		})
	}
	wantCurrent(21.7)
	bay.Set(apdu.Object{Address: 4001, Float: 30})
	wantCurrent(30)

	status, answer := e.put("/api/v1/devices/bay/tags/breaker", map[string]any{"value": 2})
	if held, _ := bay.Value(100); status != 200 || !strings.Contains(string(answer), "verified") || held.Int != 2 || bay.Commands() != 1 {
		t.Errorf("%d %s, the breaker is %d after %d commands", status, answer, held.Int, bay.Commands())
	}

	begin := time.Now().Add(-time.Minute)
	s.Break(faulty.Unreached)
	e.awaitQuality("bay", "current", "Bad")
	bay.Set(apdu.Object{Address: 4001, Float: 41}) // kept, and sent when the line is back
	bay.Set(apdu.Object{Address: 4001, Float: 42})
	s.Break(0)
	wantCurrent(42)
	until(t, "what happened meanwhile in the history", func() error {
		q := url.Values{
			"device": {"bay"}, "tag": {"current"}, "from": {begin.Format(time.RFC3339Nano)},
			"to": {time.Now().Add(time.Minute).Format(time.RFC3339Nano)}, "points": {"1000"},
		}
		var history json.RawMessage
		err := e.get("/api/v1/history?"+q.Encode(), &history)
		if err == nil && !strings.Contains(string(history), "41") {
			err = fmt.Errorf("it has %s", history)
		}
		return err
	})
}
