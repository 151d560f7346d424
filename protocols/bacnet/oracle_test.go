package bacnet_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	s, router := station(t, simulator.Options{Instance: 1})
	furnish(router)
	d := s.Put(wire.Address{Network: 2001, MAC: "\x0c"}, simulator.Options{Instance: 1234, MaxAPDU: 128})
	furnish(d)
	many(d)
	w := oracle.Datagrams()
	c := tapped(t, kit.Device(t, url(s), "instance: 1234, network: 2001, mac: '12', cov_lifetime: 300s,", append(furniture(""),
		"name: eighth, address: 'binary-output:2.priority-array[8]'", "name: list, address: 'device:1234.object-list'",
		"name: told, address: 'multi-state-value:3', cov: true", "name: missing, address: 'analog-input:77', access: rw, type: real",
		"name: text, address: 'analog-value:100.object-name', access: rw")...), w)
	c.read()
	conformance.Eventually(t, "all is told", func() bool { c.read(); return c.read()[6].Equal(tag.UintOf(2)) })
	for name, v := range map[string]tag.Value{"fan": tag.BoolOf(false), "setpoint": tag.FloatOf(23.5), "mode": tag.IntOf(3), "text": tag.StringOf("Zuluft")} {
		if err := c.write(name, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.write("fan", tag.NullOf(tag.Good)); err != nil {
		t.Fatal(err)
	}
	if err := c.write("missing", tag.FloatOf(1)); err == nil {
		t.Error("what is missing was written")
	}
	if err := c.session.Close(); err != nil {
		t.Fatal(err)
	}
	frames, toward := w.Frames(t)
	told := oracle.Dissection{Port: 47808, Datagrams: true, Toward: toward}.Tell(t, "bvlc,bacnet,bacapp", frames...)
	if at := strings.Index(told, "Malformed"); at >= 0 {
		t.Fatalf("tshark says: %s", told[max(0, at-2000):at+200])
	}
	for _, want := range []string{
		"Destination Network Address: 2001", "Source Network Address: 2001", "Hop Count: 255",
		"Service Choice: readProperty (12)", "Service Choice: readPropertyMultiple (14)", "Service Choice: writeProperty (15)",
		"Service Choice: subscribeCOV (5)", "Service Choice: confirmedCOVNotification (1)",
		"ObjectIdentifier: device, 1234", "ObjectIdentifier: analog-input, 1", "ObjectIdentifier: multi-state-value, 3",
		"Property Identifier: max-apdu-length-accepted (62)", "Property Identifier: status-flags (111)",
		"Property Identifier: priority-array (87)", "Property Array Index (Unsigned) 8", "Priority: (Unsigned) 8",
		"23.5", "PDU Type: Segment-ACK", "PDU Type: Simple-ACK", "PDU Type: Error", "Sequence Number: 1", "Zuluft",
		"Error Code: unknown-object (31)", "life time (hh.mm.ss): 0.05.00", "issue Confirmed Notifications",
	} {
		if !strings.Contains(strings.ToLower(told), strings.ToLower(want)) {
			t.Errorf("tshark does not tell of %q", want)
		}
	}
}
