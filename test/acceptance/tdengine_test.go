package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/sinks/tdengine/taosd"
)

// stored is the acceptance scene with TDengine as the far end: both values are
// stored, and a rule writes 3 when the temperature is 30.
func stored(modbus, tdengine string) string {
	return boiler(modbus) + fmt.Sprintf(`
rules:
  - {name: climate, sql: "SELECT temperature, humidity FROM boiler", to: [tsdb]}
  - {name: open_valve, sql: "SELECT 3 AS valve FROM boiler WHERE temperature = 30", to: [{write: boiler}]}
sinks:
  - {name: tsdb, type: tdengine, url: "ws://%s", password: "env:TDENGINE_PASSWORD", database: plant, linger: 50ms}
`, tdengine)
}

// dashboard asks as a dashboard does: by REST.
func dashboard(address, sql string) (rows [][]any, err error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+address+"/rest/sql/plant", strings.NewReader(sql))
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth("root", "taosdata")
	reply, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer reply.Body.Close()
	var answer struct {
		Code int
		Desc string
		Data [][]any
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil || answer.Code != 0 {
		return nil, fmt.Errorf("%s: %w", answer.Desc, err)
	}
	return answer.Data, nil
}

func TestTheAcceptanceSceneWithTDengine(t *testing.T) {
	plant := startPlant(t)
	far, err := taosd.Start(taosd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	plant.set(0, 215)
	plant.set(1, 55)
	e := start(t, []string{"TDENGINE_PASSWORD=taosdata"}, "edge", "-c", site(t, stored(plant.address(), far.Address())), "--data", t.TempDir())
	e.awaitState("boiler", "polling")

	curve := "SELECT _wstart AS time, AVG(temperature) AS temperature, LAST(humidity) AS humidity FROM climate WHERE ts > NOW - 10m INTERVAL(1s)"
	shows := func(temperature, humidity float64) func() error {
		return func() error {
			rows, err := dashboard(far.Address(), curve)
			if err != nil || len(rows) == 0 {
				return fmt.Errorf("no curve: %w", err)
			}
			for _, r := range rows {
				if r[1] == temperature && r[2] == humidity {
					return nil
				}
			}
			return fmt.Errorf("the curve is %v", rows)
		}
	}
	until(t, "the curve on the dashboard", shows(21.5, 55))

	plant.set(0, 300)
	until(t, "the rule to write 3", func() error {
		if v := plant.register(4); v != 3 {
			return fmt.Errorf("the register holds %d", v)
		}
		return nil
	})
	until(t, "the rise on the dashboard", shows(30, 55))

	far.Close() // the database is away; the plant goes on
	plant.set(1, 77)
	before := e.awaitState("boiler", "polling").Rows
	until(t, "ten scans without the database", func() error {
		if d, err := e.device("boiler"); err != nil || d.Rows < before+10 {
			return fmt.Errorf("%d rows: %w", d.Rows, err)
		}
		return nil
	})
	if err := far.Restart(); err != nil {
		t.Fatal(err)
	}
	until(t, "what was measured meanwhile on the dashboard", shows(30, 77))
	until(t, "every sequence, without a hole", func() error {
		rows, err := dashboard(far.Address(), "SELECT COUNT(*), MIN(hf_seq), MAX(hf_seq) FROM climate")
		if err != nil {
			return err
		}
		if n, first, last := rows[0][0].(float64), rows[0][1].(float64), rows[0][2].(float64); first != 1 || last != n || n < 30 {
			return fmt.Errorf("%v records from %v to %v", n, first, last)
		}
		return nil
	})
	if rows, err := dashboard(far.Address(), "SELECT site, stream, COUNT(*) FROM climate WHERE hf_quality IS NULL AND ts > '"+time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)+"' GROUP BY site, stream"); err != nil || len(rows) != 1 || rows[0][0] != "plant-7" {
		t.Errorf("%v, %v", rows, err)
	}
	e.stop()
}
