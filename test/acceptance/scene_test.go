package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
)

// scene is the configuration of the acceptance scene: a device with temperature,
// humidity and a valve, a rule to a sink, a rule that writes, history.
func scene(modbus, mqtt string) string {
	return boiler(modbus) + fmt.Sprintf(`
rules:
  - {name: forward, sql: "SELECT temperature, humidity FROM boiler", to: [line]}
  - {name: open_valve, sql: "SELECT 3 AS valve FROM boiler WHERE temperature = 30", to: [{write: boiler}]}
sinks:
  - {name: line, type: mqtt, url: "%s", topic: "plant-7/climate", username: edge, password: "env:LINE_PASSWORD"}
`, mqtt)
}

// boiler is the site of the scene with its device: temperature, humidity and a valve.
func boiler(modbus string) string {
	return fmt.Sprintf(`
site: plant-7
console: {listen: "127.0.0.1:0"}
log: {commit_interval: 100ms}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    unit: 1
    timeout: 1m
    shortest_timeout: 1m
    probe_max: 2s
    groups:
      - name: climate
        scan: 100ms
        tags:
          - {name: temperature, address: "holding:0", type: int16, scale: 0.1, unit: "°C"}
          - {name: humidity,    address: "holding:1", type: uint16}
          - {name: valve,       address: "holding:4", type: uint16, access: rw, min: 0, max: 100}
`, modbus)
}

func password() []string { return []string{"LINE_PASSWORD=" + mosquittotest.Password} }

// reading is a message of the sink.
type reading struct {
	Temperature *float64
	Humidity    *float64
	ID          string
	Historical  bool
}

func parse(t *testing.T, messages []mosquittotest.Message) []reading {
	t.Helper()
	all := make([]reading, len(messages))
	for i, m := range messages {
		if err := json.Unmarshal([]byte(m.Payload), &all[i]); err != nil {
			t.Fatalf("%s: %v", m.Payload, err)
		}
	}
	return all
}

func TestTheAcceptanceScene(t *testing.T) {
	plant, far := startPlant(t), mosquittotest.Start(t)
	judge := far.Judge("plant-7/climate")
	plant.set(0, 215)
	plant.set(1, 55)
	e := start(t, password(), "edge", "-c", site(t, scene(plant.address(), far.URL())), "--data", t.TempDir())
	begin := time.Now()

	e.awaitState("boiler", "polling")
	judge.Wait(func(m []mosquittotest.Message) bool {
		for _, r := range parse(t, m) {
			if r.Temperature != nil && *r.Temperature == 21.5 && *r.Humidity == 55 {
				return true
			}
		}
		return false
	})
	if v := plant.register(4); v != 0 {
		t.Fatalf("the valve stands at %d before the temperature is 30", v)
	}

	plant.set(0, 300)
	until(t, "the rule to open the valve", func() error {
		if v := plant.register(4); v != 3 {
			return fmt.Errorf("it stands at %d", v)
		}
		return nil
	})
	plant.set(4, 0) // by another hand, while the temperature stays 30: no new edge
	rows := e.awaitState("boiler", "polling").Rows
	until(t, "ten more scans", func() error {
		if d, err := e.device("boiler"); err != nil || d.Rows < rows+10 {
			return errors.Join(err, errors.New("not yet"))
		}
		return nil
	})
	if v := plant.register(4); v != 0 {
		t.Errorf("the rule wrote %d again without an edge", v)
	}

	t.Run("a person writes the valve and sees how that goes", func(t *testing.T) {
		status, answer := e.put("/api/v1/devices/boiler/tags/valve", map[string]any{"value": 42})
		if status != 200 || !strings.Contains(string(answer), "verified") || plant.register(4) != 42 {
			t.Errorf("%d %s, register %d", status, answer, plant.register(4))
		}
		status, answer = e.put("/api/v1/devices/boiler/tags/valve", map[string]any{"value": 101})
		if status != 409 || plant.register(4) != 42 {
			t.Errorf("a value above the limit: %d %s", status, answer)
		}
	})
	t.Run("the curve is in the history", func(t *testing.T) {
		until(t, "both temperatures", func() error {
			q := url.Values{
				"device": {"boiler"}, "tag": {"temperature"}, "from": {begin.Add(-time.Minute).Format(time.RFC3339Nano)},
				"to": {time.Now().Add(time.Minute).Format(time.RFC3339Nano)}, "points": {"1000"},
			}
			var history json.RawMessage
			if err := e.get("/api/v1/history?"+q.Encode(), &history); err != nil {
				return err
			}
			if !strings.Contains(string(history), "21.5") || !strings.Contains(string(history), "30") {
				return fmt.Errorf("got %.300s", history)
			}
			return nil
		})
	})
	e.stop()
}
