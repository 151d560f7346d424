package node

import (
	"net"
	"strings"
	"testing"
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
		l, err := net.Listen("tcp", "127.0.0.1:0")
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
