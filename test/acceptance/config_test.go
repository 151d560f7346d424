package acceptance

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// good is a site without an error, for one to be put in.
const good = `site: plant-7
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://127.0.0.1:5020
    unit: 1
    groups:
      - name: climate
        tags:
          - {name: temperature, address: "holding:0", type: int16, scale: 0.1}
          - {name: valve, address: "holding:4", type: uint16, access: rw}
rules:
  - {name: forward, sql: "SELECT temperature FROM boiler", to: [line]}
sinks:
  - {name: line, type: mqtt, url: "mqtt://127.0.0.1:1", topic: t}
`

func TestBadInputIsToldWithItsPlaceAndStartsNothing(t *testing.T) {
	for name, c := range map[string]struct{ from, to, place, says string }{
		"an unknown driver": {"driver: modbus", "driver: modbuss", ":4:13:", `did you mean "modbus"`},
		"a bad address":     {`"holding:0"`, `"holdng:0"`, ":10:42:", "holdng"},
		"a duplicate name":  {"{name: valve", "{name: temperature", ":11:20:", "twice"},
		"a wrong type":      {"unit: 1", "unit: one", ":6:11:", "unit"},
		"an unknown type":   {"type: int16", "type: int17", ":10:61:", "int16"},
		"an unknown sink":   {"to: [line]", "to: [lime]", ":13:65:", `did you mean "line"`},
		"bad SQL":           {"SELECT temperature FROM", "SELECT temperature FRM", ":13:26:", "1:24"},
		"an unknown column": {"SELECT temperature", "SELECT temprature", ":13:26:", "did you mean temperature"},
		"an unknown key":    {"rules:", "rulez:", ":12:1:", `did you mean "rules"`},
		"broken YAML":       {"sinks:", "sinks: [", ":14:", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, c.from, c.to, 1)
			if text == good {
				t.Fatalf("%q is not in the text", c.from)
			}
			data := filepath.Join(t.TempDir(), "data")
			path := site(t, text)
			cmd := exec.Command(program(t), "edge", "-c", path, "--data", data)
			out, err := cmd.CombinedOutput()
			exit, ok := errors.AsType[*exec.ExitError](err)
			if !ok || exit.ExitCode() != 2 {
				t.Fatalf("ended with %v\n%s", err, out)
			}
			if !strings.Contains(string(out), "site.yaml"+c.place) || !strings.Contains(string(out), c.says) {
				t.Errorf("want %q and %q in\n%s", c.place, c.says, out)
			}
			if _, err := os.Stat(data); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something was started: %v", err)
			}
		})
	}
}

func TestAGoodConfigurationIsSaidToBeGood(t *testing.T) {
	out, err := exec.Command(program(t), "check", site(t, good)).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all is well") {
		t.Errorf("%v\n%s", err, out)
	}
}
