package node

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// everyPort is a site that serves at four addresses, which replace the %s but the first: the device's.
const everyPort = `
site: plant-7
console: {listen: "CONSOLE"}
broker: {listen: "BROKER", anonymous: true}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    groups: [{name: g, scan: 20ms, tags: [{name: temperature, address: "holding:0", type: int16}]}]
servers:
  - {name: scada, type: modbus, listen: "SCADA", tags: [{tag: boiler.temperature, address: "input:0"}]}
`

func TestANodeWhoseEveryPortIsTakenReadsItsDevicesAndServesWhenThePortsAreFree(t *testing.T) {
	text, listeners := everyPort, map[string]net.Listener{}
	for _, name := range []string{"CONSOLE", "BROKER", "SCADA"} {
		l, err := net.Listen("tcp", ports.Free(t).Address()) // which no connection is given while it is free
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		listeners[name] = l
		text = strings.Replace(text, name, l.Addr().String(), 1)
	}
	n, unit := boiler(t, text)
	unit.SetHolding(0, 42)
	holds(t, "the device is read", func() bool {
		s, ok := n.Sample("boiler", "temperature")
		v, isInt := s.Value.Int()
		return ok && isInt && v == 42
	})
	holds(t, "each trouble is told with its reason", func() bool {
		told := strings.Join(n.Trouble(), "\n")
		return strings.Contains(told, "console does not run: serve the console: listen tcp "+listeners["CONSOLE"].Addr().String()) &&
			strings.Contains(told, "mqtt does not run: start MQTT broker: listen tcp "+listeners["BROKER"].Addr().String()) &&
			strings.Contains(told, "scada does not run: listen tcp "+listeners["SCADA"].Addr().String())
	})
	if log, _ := n.system.Subtree("/core/log"); log.Restarts != 0 || log.LastFailure != nil {
		t.Errorf("the console took the log with it: %+v", log)
	}
	for _, l := range listeners {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	<-n.ConsoleReachable()
	holds(t, "all is well", func() bool {
		return len(n.Trouble()) == 0 && n.door.Broker() != nil && n.Servers()[0].Listening == listeners["SCADA"].Addr().String()
	})
}

func TestAPortForWebSocketsThatIsTakenKeepsTheBrokersOtherClientsOutOfNothing(t *testing.T) {
	taken, err := net.Listen("tcp", ports.Free(t).Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	n := run(t, fmt.Sprintf("site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\", websocket: %q, anonymous: true}\n", taken.Addr()))
	holds(t, "the broker listens, and tells where it does not", func() bool {
		return len(n.Broker().Listening) == 1 && strings.Contains(strings.Join(n.Trouble(), "\n"), "the broker does not listen everywhere: listen tcp "+taken.Addr().String())
	})
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	holds(t, "it listens everywhere", func() bool { return len(n.Broker().Listening) == 2 && len(n.Trouble()) == 0 })
}

func TestTwoPartsOfANodeCannotListenAtOneAddress(t *testing.T) {
	c := components(t)
	for name, text := range map[string]string{
		"site.yaml:3:18: broker.listen: the console listens at 127.0.0.1:8470 already": `broker: {listen: "127.0.0.1:8470"}`,
		"site.yaml:3:43: servers[0].listen: the console listens at 127.0.0.1:8470 already": `
servers: [{name: a, type: modbus, listen: "0.0.0.0:8470", allow: [10.0.0.0/8], tags: [{tag: a.b, address: "input:0"}]}]`[1:],
	} {
		_, err := c.Parse([]config.Source{{Name: "site.yaml", Data: []byte("site: plant-7\nconsole: {listen: \"127.0.0.1:8470\"}\n" + text + "\n")}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s", err, name)
		}
	}
	free := "site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\nbroker: {listen: \"127.0.0.1:0\"}\n"
	if _, err := c.Parse([]config.Source{{Name: "site.yaml", Data: []byte(free)}}); err != nil {
		t.Errorf("any free port is one of its own: %v", err)
	}
}

func TestAQueryIsNotBlamedForADeviceThatCouldNotBeRead(t *testing.T) {
	for was, is := range map[string]string{
		"name: boiler": "name: ~", "scan: 20ms": "scan: 20", "name: temperature": "name: valve",
	} {
		text := strings.Replace(shown, was, is, 1) + "rules: [{name: r, sql: \"SELECT temperature FROM boiler\"}, {name: s, sql: \"SELEC 1\"}]\n"
		_, err := components(t).Parse([]config.Source{{Name: "site.yaml", Data: []byte(strings.Replace(text, "%s", "127.0.0.1:1", 1))}})
		if err == nil || strings.Contains(err.Error(), "rules[0].sql") || !strings.Contains(err.Error(), "rules[1].sql") {
			t.Errorf("%s: %v", is, err)
		}
	}
}
