package bacnet_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/foreign"
	"github.com/holdfast-edge/holdfast/tag"
)

// npm starts a peer of npm's, with ports behind its name.
func npm(t *testing.T, script, module string, arguments ...string) *foreign.Process {
	t.Helper()
	if testing.Short() {
		t.Skip("node takes a second to start")
	}
	p, err := foreign.Node(t.Context(), script, module, arguments...)
	conformance.Started(t, err)
	t.Cleanup(p.Close)
	return p
}

// asked asks a peer something.
func asked(t *testing.T, p *foreign.Process, format string, arguments ...any) string {
	t.Helper()
	answer, err := p.Ask(format, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestADeviceOfNodeBacnetIsReadWrittenFollowedAndBrowsed(t *testing.T) {
	port := ports.Free(t)
	p := npm(t, "bacnet_device.js", "node-bacnet", strconv.Itoa(port.Number()))
	for _, keys := range []string{"cov_confirmed: true,", "cov_confirmed: false,"} {
		c := dial(t, kit.Device(t, "udp://"+port.Address(), "instance: 1234, timeout: 30s, cov_check: 1h,"+keys,
			"name: temperature, address: 'analog-input:1'", "name: setpoint, address: 'analog-value:2', access: rw, priority: 8",
			"name: flag, address: 'binary-value:3', access: rw", "name: mode, address: 'multi-state-value:4', access: rw, cov: true",
			"name: name, address: 'device:1234.object-name'", "name: missing, address: 'analog-input:9'"))
		asked(t, p, "set 0 1 21.5")
		asked(t, p, "set 2 2 20")
		asked(t, p, "set 19 4 2")
		values := c.read()
		for i, want := range []tag.Value{
			tag.FloatOf(21.5), tag.FloatOf(20), tag.BoolOf(true), tag.UintOf(2), tag.StringOf("peer-device"), tag.NullOf(tag.BadAddressUnknown),
		} {
			conformance.WantValue(t, c.config.Groups[0].Tags[i].Name, values[i], want)
		}
		if err := c.write("setpoint", tag.FloatOf(23.5)); err != nil {
			t.Fatal(err)
		}
		if got := asked(t, p, "get 2 2"); !strings.HasPrefix(got, "23.5") {
			t.Errorf("the device holds %s", got)
		}
		asked(t, p, "set 19 4 5")
		conformance.Eventually(t, "a change is told", func() bool { return c.read()[3].Equal(tag.UintOf(5)) })
		browsed := map[string]string{}
		if err := c.session.(protocols.Browser).Browse(t.Context(), "analog-value", func(i protocols.Item) { browsed[i.Address] = i.Name }); err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(browsed) != "map[analog-value:2:object 2 2]" {
			t.Errorf("browsed %v", browsed)
		}
	}
}

// TestTheSimulatorIsADeviceToAClientOfNpm holds the device of the other tests against a client that nobody here wrote.
func TestTheSimulatorIsADeviceToAClientOfNpm(t *testing.T) {
	s, d := station(t, simulator.Options{MaxAPDU: 206})
	furnish(d)
	many(d)
	_, port, _ := strings.Cut(s.Address(), ":")
	p := npm(t, "bacnet_client.js", "@bacnet-js/client", port, strconv.Itoa(ports.Free(t).Number()))
	for question, want := range map[string]string{
		"read 0 1 85":      "[21.7", // of 32 bits
		"read 0 1 77 117":  `[["supply temperature"],[62]]`,
		"read 0 99 85":     "error",
		"follow 19 3":      "[2]",
		"write 2 1 85 5 8": `"ok"`,
	} {
		if got := asked(t, p, "%s", question); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", question, got, want)
		}
	}
	if v := d.Value(setpoint, wire.PriorityArray)[7]; v.Float != 5 {
		t.Errorf("priority 8 holds %+v", v)
	}
	if list := asked(t, p, "read 8 0 76"); strings.Count(list, "instance") != 105 {
		t.Errorf("a list in segments: %s", list)
	}
}

func TestTheObjectsOfALargeDeviceAreBrowsedInPages(t *testing.T) {
	s, d := station(t, simulator.Options{Instance: 3, MaxAPDU: 206, Whole: true})
	furnish(d)
	for i := range uint32(450) {
		d.Define(wire.NewObjectID(wire.AnalogValue, 1000+i), fmt.Sprintf("value %d", i), present(analog(float64(i))))
	}
	c := dial(t, kit.Device(t, url(s), "instance: 3,", furniture("")...))
	browse := func(address string) (items []protocols.Item) {
		if err := c.session.(protocols.Browser).Browse(t.Context(), address, func(i protocols.Item) { items = append(items, i) }); err != nil {
			t.Fatal(err)
		}
		return items
	}
	var folders []string
	for _, i := range browse("") {
		folders = append(folders, i.Address)
	}
	if want := []string{
		"analog-input", "analog-value", "analog-value/2", "analog-value/3", "binary-output", "device", "multi-state-value",
	}; !slices.Equal(folders, want) {
		t.Fatalf("the root is %v", folders)
	}
	last := browse("analog-value/3")
	if n := len(last); n != 51 {
		t.Fatalf("%d objects on the last page", n)
	}
	i := last[50]
	if i.Address != "analog-value:1449" || i.Name != "value 449" || i.Unit != "degrees-celsius" || !i.Writable || i.Type != "real" {
		t.Errorf("the last is %+v", i)
	}
	conformance.WantValue(t, "it", i.Value, tag.FloatOf(449))
	err := c.session.(protocols.Browser).Browse(t.Context(), "nonsense", func(protocols.Item) {})
	if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
		t.Errorf("nonsense: %v", err)
	}
}
