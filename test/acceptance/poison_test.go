package acceptance

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// wild is a WebAssembly module with a function that traps and one that does not
// end.
const wild = "testdata/wild.wasm"

// ruleState is what the API tells of a rule.
type ruleState struct {
	Name, State, Failure string
	RowsIn               uint64 `json:"rows_in"`
	RowsOut              uint64 `json:"rows_out"`
	Failed               uint64
	Sample               *struct {
		Error string
		Row   json.RawMessage
	}
}

func (e *edge) rule(name string) (ruleState, error) {
	var all []ruleState
	if err := e.get("/api/v1/rules", &all); err != nil {
		return ruleState{}, err
	}
	for _, r := range all {
		if r.Name == name {
			return r, nil
		}
	}
	return ruleState{}, fmt.Errorf("no rule %q", name)
}

// poison makes messages, a line each, and counts the rows that they are, those that
// trap and that do not end, and the messages that are no rows.
func poison(random *rand.Rand) (text string, rows, traps, spins, undecodable int) {
	var lines strings.Builder
	for n := range 300 {
		switch random.IntN(8) {
		case 0:
			fmt.Fprintf(&lines, `{"n":%d,"poison":"trap"}`, n)
			rows, traps = rows+1, traps+1
		case 1:
			fmt.Fprintf(&lines, `{"n":%d,"poison":"spin"}`, n)
			rows, spins = rows+1, spins+1
		case 2:
			fmt.Fprintf(&lines, `{"n":%d,"deep":%s}`, n, strings.Repeat(`[{"a":`, 5000))
			undecodable++
		case 3:
			depth := random.IntN(60)
			fmt.Fprintf(&lines, `{"n":%d,"deep":%s1%s}`, n, strings.Repeat(`{"a":[`, depth), strings.Repeat(`]}`, depth))
			rows++
		case 4:
			lines.WriteString(`[1,2`)
			undecodable++
		default:
			fmt.Fprintf(&lines, `{"n":%d}`, n)
			rows++
		}
		lines.WriteByte('\n')
	}
	return lines.String(), rows, traps, spins, undecodable
}

func TestPoisonCostsTheRowsThatItIsInAndStopsNoRule(t *testing.T) {
	code, err := os.ReadFile(wild)
	if err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs(wild)
	if err != nil {
		t.Fatal(err)
	}
	sum, port := sha256.Sum256(code), ports.Free(t).Number()
	e := start(t, password(), "edge", "-c", site(t, streamed(port, fmt.Sprintf(`
functions: [{name: wild, file: "%s", sha256: %s, fuel: 1000000}]
streams: [{name: sensors, mqtt: poison}]
rules:
  - {name: plain, sql: "SELECT n FROM sensors"}
  - {name: traps, sql: "SELECT n, CASE WHEN poison = 'trap' THEN trap(1) WHEN poison = 'spin' THEN spin(1) ELSE fine(n) END AS x FROM sensors"}
  - {name: counts, sql: "SELECT count(*) AS c FROM sensors WHERE CASE WHEN poison = 'trap' THEN trap(1) ELSE 1 END > 0 GROUP BY COUNTWINDOW(2)"}
  - {name: paths, sql: "SELECT n, json_path_query(deep, '$..a') AS x FROM sensors"}
`, module, hex.EncodeToString(sum[:])))), "--data", t.TempDir())
	e.awaitBroker(port)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	lines, rows, traps, spins, undecodable := poison(random)
	publish := exec.Command("mosquitto_pub", append(mosquittotest.Account(strconv.Itoa(port)), "-t", "poison", "-q", "1", "-l")...)
	publish.Stdin = strings.NewReader(lines)
	if out, err := publish.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	until(t, "every row to have been through every rule", func() error {
		for name, failed := range map[string]int{"plain": 0, "traps": traps + spins, "counts": traps, "paths": 0} {
			r, err := e.rule(name)
			if err != nil {
				return err
			}
			if r.RowsIn != uint64(rows) || name != "paths" && r.Failed != uint64(failed) || r.State != "running" {
				return fmt.Errorf("%s is %s: %d rows in of %d, %d failed of %d", name, r.State, r.RowsIn, rows, r.Failed, failed)
			}
		}
		return nil
	})
	if r, err := e.rule("plain"); err != nil || r.RowsOut != uint64(rows) {
		t.Errorf("seed %d: the rule beside them gave %d rows of %d, %v", seed, r.RowsOut, rows, err)
	}
	r, err := e.rule("traps")
	if err != nil || r.RowsOut != uint64(rows-traps-spins) || r.Sample == nil || !strings.Contains(string(r.Sample.Row), `"poison"`) || r.Sample.Error == "" {
		t.Errorf("seed %d: the rule that calls it is %+v, %v", seed, r, err)
	}
	if s, err := e.stream("sensors"); err != nil || s.Undecodable != uint64(undecodable) {
		t.Errorf("seed %d: the stream is %+v, want %d undecodable, %v", seed, s, undecodable, err)
	}
	e.stop()
}
