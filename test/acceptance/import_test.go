package acceptance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// neuronExport is what Neuron has of the plant.
func neuronExport(port int) string {
	return fmt.Sprintf(`{"nodes": [{"name": "boiler", "plugin": "Modbus TCP",
  "params": {"connection_mode": 0, "host": "127.0.0.1", "port": %d, "timeout": 3000, "interval": 20},
  "groups": [{"group": "climate", "interval": 100, "tags": [
    {"name": "temperature", "address": "1!400001", "attribute": 1, "type": 3, "decimal": 0.1},
    {"name": "humidity", "address": "1!400002", "attribute": 1, "type": 4},
    {"name": "valve", "address": "1!400005", "attribute": 3, "type": 4}]}]}]}`, port)
}

// ruleSet is what eKuiper has: rules over messages and over Neuron, to its broker, to each other, and back to Neuron.
func ruleSet(t *testing.T, broker string) string {
	t.Helper()
	action := func(topic string, single bool, more string) string {
		return fmt.Sprintf(`{"mqtt": {"server": %q, "topic": %q, "qos": 1, "sendSingle": %v%s}}`, broker, topic, single, more)
	}
	rules := map[string]string{
		"hot":   `{"id": "hot", "sql": "SELECT machine, temperature * 2 AS double FROM sensors WHERE temperature > 30;", "actions": [{"log": {}}, ` + action("out/hot", true, "") + `]}`,
		"pairs": `{"id": "pairs", "sql": "SELECT count(*) AS n, avg(temperature) AS t FROM sensors GROUP BY COUNTWINDOW(2)", "actions": [` + action("out/pairs", false, "") + `]}`,
		"told":  `{"id": "told", "sql": "SELECT machine, temperature FROM sensors WHERE temperature = 40", "actions": [` + action("out/told", true, `, "dataTemplate": "{\"m\": \"{{.machine}}\", \"t\": {{.temperature}}}"`) + `, {"memory": {"topic": "told"}}]}`,
		"again": `{"id": "again", "sql": "SELECT machine || \"!\" AS m FROM chain", "actions": [` + action("out/again", true, "") + `]}`,
		"level": `{"id": "level", "sql": "SELECT node_name, values.temperature AS t FROM neuron WHERE group_name = \"climate\" AND values.temperature > 25", "actions": [` + action("out/level", true, "") + `]}`,
		"open":  `{"id": "open", "sql": "SELECT 3 AS valve FROM sensors WHERE temperature = 40", "actions": [{"neuron": {"nodeName": "boiler", "groupName": "climate", "tags": ["valve"]}}]}`,
	}
	text, err := json.Marshal(map[string]any{
		"streams": map[string]string{
			"sensors": `CREATE STREAM sensors () WITH (DATASOURCE="sensors/+/climate", FORMAT="JSON", CONF_KEY="plant", SHARED="true")`,
			"neuron":  `CREATE STREAM neuron () WITH (TYPE="neuron", FORMAT="json")`,
			"chain":   `CREATE STREAM chain () WITH (DATASOURCE="told", TYPE="memory")`,
		},
		"tables":       map[string]string{},
		"rules":        rules,
		"sourceConfig": map[string]string{"mqtt": fmt.Sprintf(`{"plant": {"server": %q, "qos": 1}}`, broker)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// imported runs an import into a directory, and wants it to end with a code.
func imported(t *testing.T, dir string, code int, format, name, text string, more ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program(t), append([]string{"import", format, file, "--out", dir}, more...)...).CombinedOutput()
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	}
	if got != code {
		t.Fatalf("import %s ended with %d, want %d: %v\n%s", format, got, code, err, out)
	}
}

func TestRulesOfEKuiperAndDevicesOfNeuronRunAsTheyWereImported(t *testing.T) {
	plant, port, dir := startPlant(t), ports.Free(t).Number(), t.TempDir()
	plant.set(0, 215)
	base := filepath.Join(dir, "base.yaml")
	if err := os.WriteFile(base, []byte(streamed(port, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	own := fmt.Sprintf("tcp://127.0.0.1:%d", port)
	imported(t, dir, 0, "neuron", "neuron.json", neuronExport(plant.port))
	imported(t, dir, 0, "ekuiper", "rules.json", ruleSet(t, own), "--own-broker", own)

	e := start(t, password(), "edge", "-c", dir, "--data", t.TempDir())
	e.awaitBroker(port)
	e.awaitState("boiler", "polling")
	judge := mosquittotest.NewJudge(t, strconv.Itoa(port), "out/#")
	for _, payload := range []string{
		`{"machine": "press", "temperature": 21}`, `{"machine": "saw", "temperature": 31}`, `{"machine": "mill", "temperature": 40}`, `{"machine": "press", "temperature": 10}`,
	} {
		mosquittotest.Run(t, "mosquitto_pub", append(mosquittotest.Account(strconv.Itoa(port)), "-t", "sensors/7/climate", "-m", payload, "-q", "1")...)
	}
	want := []string{
		`out/again {"m":"mill!"}`, `out/hot {"machine":"mill","double":80}`, `out/hot {"machine":"saw","double":62}`,
		`out/pairs [{"n":2,"t":25}]`, `out/pairs [{"n":2,"t":26}]`, `out/told {"m": "mill", "t": 40}`,
	}
	got := judge.WaitFor(len(want))
	said := make([]string, len(got))
	for i, m := range got {
		said[i] = m.Topic + " " + m.Payload
	}
	slices.Sort(said)
	if !slices.Equal(said, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
	t.Run("a rule over what Neuron sends has the device's rows", func(t *testing.T) {
		plant.set(0, 300)
		judge.Wait(func(m []mosquittotest.Message) bool {
			last := m[len(m)-1]
			return last.Topic == "out/level" && last.Payload == `{"node_name":"boiler","t":30}`
		})
	})
	t.Run("an action of neuron writes to the device", func(t *testing.T) {
		until(t, "the valve", func() error {
			if v := plant.register(4); v != 3 {
				return fmt.Errorf("it stands at %d", v)
			}
			return nil
		})
	})
}
