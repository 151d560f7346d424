package enip_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
	"github.com/holdfast-edge/holdfast/tag"
)

// read wants a scan of one tag to give a value.
func read(t *testing.T, s protocols.Session, d protocols.Device, want tag.Value) {
	t.Helper()
	got, err := scan(t, s, d, 1)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, got, want)
}

func TestAConnectionIsAsLargeAsTheControllerTakes(t *testing.T) {
	for _, c := range []struct {
		largest, connections int
		query                string
		asked                map[cip.Service]int
		open                 int
	}{
		{largest: cip.LogixSize, connections: 8, asked: map[cip.Service]int{cip.LargeForwardOpen: 1}, open: 1},
		{largest: 2000, connections: 8, asked: map[cip.Service]int{cip.LargeForwardOpen: 2}, open: 1},
		{largest: cip.MaxSmall, connections: 8, asked: map[cip.Service]int{cip.LargeForwardOpen: 1, cip.ForwardOpen: 1}, open: 1},
		{largest: 0, connections: 8, asked: map[cip.Service]int{cip.LargeForwardOpen: 1, cip.ForwardOpen: 1}},
		{largest: cip.LogixSize, connections: 0, asked: map[cip.Service]int{cip.LargeForwardOpen: 1}},
		{largest: cip.LogixSize, connections: 8, query: "?connection_size=500", asked: map[cip.Service]int{cip.ForwardOpen: 1}, open: 1},
		{largest: cip.LogixSize, connections: 8, query: "?connection_size=0"},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			o := controller.Logix(quiet())
			o.LargestConnection, o.Connections = c.largest, c.connections
			at := start(t, o)
			furnish(at)
			d := kit.Device(t, "tcp://"+at.Address()+c.query, "", "name: a, address: a_dint")
			s, device := kit.Dial(t, d), kit.Compile(t, d)
			for range 3 {
				read(t, s, device, tag.IntOf(0))
			}
			for _, service := range []cip.Service{cip.LargeForwardOpen, cip.ForwardOpen} {
				if n := at.Asked(service); n != c.asked[service] {
					t.Errorf("service %x was asked for %d times, want %d", service, n, c.asked[service])
				}
			}
			if n := at.Connected(); n != c.open {
				t.Errorf("%d connections are open, want %d", n, c.open)
			}
		})
	}
}

func TestTheWayIsFoundWhereItIsNotGiven(t *testing.T) {
	for _, o := range []controller.Options{controller.Logix(quiet()), controller.Micro(quiet())} {
		c := start(t, o)
		furnish(c)
		d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a_dint")
		read(t, kit.Dial(t, d), kit.Compile(t, d), tag.IntOf(0))
	}
}

func TestElementsOfAMicro800AreReadAsTheyAre(t *testing.T) {
	c := start(t, controller.Micro(quiet()))
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Bits", Type: cip.AtomicType(cip.BOOL, 1), Dimensions: [3]uint32{40}}})
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Words", Type: cip.AtomicType(cip.DWORD, 1), Dimensions: [3]uint32{3}}})
	c.Octets("Bits", append(make([]byte, 37), 1)...)
	c.Octets("Words", 0, 0, 0, 0, 7)
	d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: 'Bits[37]'", "name: b, address: 'Words[1]'", "name: c, address: 'Words[3]'", "name: d, address: 'Words[1].2'")
	got, err := scan(t, kit.Dial(t, d), kit.Compile(t, d), 4)
	if err != nil {
		t.Fatal(err)
	}
	wantValues(t, got, tag.BoolOf(true), tag.UintOf(7), tag.NullOf(tag.BadAddressUnknown), tag.BoolOf(true))
}

func TestAWayThatLeadsNowhereIsAFaultThatNamesTheFix(t *testing.T) {
	for _, c := range []struct {
		options     func() controller.Options
		query, says string
		fault       faulty.Fault
	}{
		{query: "?path=1,3", says: "slot or address does not exist"},
		{query: "?path=2,0", says: "port does not exist"},
		{query: "?path=1,0", says: "the slot may be empty", fault: controller.EmptySlot},
		{query: "?path=1,0", says: "none for a Micro800", options: func() controller.Options { return controller.Micro(quiet()) }},
	} {
		o := controller.Logix(quiet())
		if c.options != nil {
			o = c.options()
		}
		at := start(t, o)
		at.Break(c.fault)
		_, err := enip.Driver{}.Dial(t.Context(), conformance.EndpointOf(kit.Device(t, "tcp://"+at.Address()+c.query, "", "name: a, address: a")))
		f, ok := errors.AsType[*protocols.Fault](err)
		if !ok || f.Permanent || f.Scope != protocols.ScopeSession || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), o.Identity.Name) {
			t.Errorf("%s: %v, want a fault that says %q and names the device", c.query, err, c.says)
		}
	}
}

func TestSeveralControllersBehindOneModuleAreSeveralEndpoints(t *testing.T) {
	site, err := kit.Parse(`site: x
devices:
  - {name: filler, driver: enip, endpoint: "tcp://192.0.2.40/filler?path=1,0", groups: [{name: g, tags: [{name: a, address: a}]}]}
  - {name: packer, driver: enip, endpoint: "tcp://192.0.2.40/packer?path=1,2", groups: [{name: g, tags: [{name: a, address: a}]}]}
`)
	if err != nil || len(site.Devices) != 2 {
		t.Error(err)
	}
}

func TestAPathThatIsNoneIsRefusedAtItsKey(t *testing.T) {
	_, err := kit.Parse(`site: x
devices:
  - {name: filler, driver: enip, endpoint: "tcp://192.0.2.40?path=backplane", groups: [{name: g, tags: [{name: a, address: a}]}]}
`)
	if err == nil || !strings.Contains(err.Error(), "path=1,0") {
		t.Error(err)
	}
}

// A controller that has forgotten the connection answers nothing over it.
func TestAConnectionThatIsLostIsOpenedAnewAndNoWriteRepeated(t *testing.T) {
	c := plant(t)
	endpoint := "tcp://" + c.Address() + "?connect_timeout=1m"
	hasty := kit.Device(t, endpoint, "timeout: 50ms,", "name: a, address: a_dint, type: dint, access: rw")
	patient := kit.Device(t, endpoint, "timeout: 1m,", "name: a, address: a_dint")
	s := kit.Dial(t, hasty)
	c.Forget()
	err := s.Write(t.Context(), conformance.Point(t, kit.Compile(t, hasty), "a"), tag.IntOf(5))
	if f, ok := errors.AsType[*protocols.Fault](err); !ok || f.Scope != protocols.ScopeUnit || !f.Sent || f.Quality != tag.BadTimeout {
		t.Fatalf("%v, want a fault of the unit, of unknown outcome", err)
	}
	read(t, s, kit.Compile(t, patient), tag.IntOf(0))
	if n := c.Connected(); n != 1 {
		t.Errorf("%d connections", n)
	}
	if n := c.Asked(cip.WriteTag); n != 0 {
		t.Errorf("the write was sent again %d times", n)
	}
}

func TestWithoutAConnectionLeftRequestsGoUnconnected(t *testing.T) {
	c := plant(t)
	c.Set("a_dint", cip.DINT, tag.IntOf(9))
	d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a_dint")
	c.Break(controller.Crowded)
	s, device := kit.Dial(t, d), kit.Compile(t, d)
	read(t, s, device, tag.IntOf(9))
	if c.Connected() != 0 || c.Asked(cip.UnconnectedSend) == 0 {
		t.Errorf("%d connections, %d requests passed on", c.Connected(), c.Asked(cip.UnconnectedSend))
	}
}

func TestASessionThatEndsLeavesNoConnectionBehind(t *testing.T) {
	c := plant(t)
	d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, address: a_dint")
	s := kit.Dial(t, d)
	if c.Connected() != 1 {
		t.Fatalf("%d connections", c.Connected())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(conformance.Patience)
	for c.Connected() != 0 && time.Now().Before(deadline) {
		<-time.After(time.Millisecond)
	}
	if c.Connected() != 0 {
		t.Errorf("%d connections", c.Connected())
	}
}
