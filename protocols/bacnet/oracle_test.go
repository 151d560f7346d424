package bacnet_test

import (
	"bytes"
	"encoding/binary"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

// wiretap is a tap that keeps the datagrams of both directions.
type wiretap struct {
	mutex     sync.Mutex
	datagrams [][]byte
}

func (w *wiretap) Note(_ protocols.Note, octets []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if len(octets) > 0 {
		w.datagrams = append(w.datagrams, bytes.Clone(octets))
	}
}

func (*wiretap) Active() bool { return true }

// capture returns a capture file (pcap, link type 101: packets that begin with their IP header) of datagrams at port 47808.
func capture(datagrams [][]byte) []byte {
	file := binary.LittleEndian.AppendUint32(nil, 0xA1B2C3D4)
	file = append(file, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 101, 0, 0, 0)
	for i, d := range datagrams {
		const ip, udp = 20, 8
		packet := make([]byte, ip+udp, ip+udp+len(d))
		packet[0], packet[8], packet[9] = 0x45, 64, 17
		binary.BigEndian.PutUint16(packet[2:], uint16(ip+udp+len(d)))
		copy(packet[12:], []byte{192, 0, 2, 1, 192, 0, 2, 2})
		binary.BigEndian.PutUint16(packet[ip:], 47808)
		binary.BigEndian.PutUint16(packet[ip+2:], 47808)
		binary.BigEndian.PutUint16(packet[ip+4:], uint16(udp+len(d)))
		packet = append(packet, d...)
		for _, field := range [...]uint32{uint32(i), 0, uint32(len(packet)), uint32(len(packet))} {
			file = binary.LittleEndian.AppendUint32(file, field)
		}
		file = append(file, packet...)
	}
	return file
}

// dissected has tshark take datagrams apart in full.
func dissected(t *testing.T, datagrams [][]byte) string {
	t.Helper()
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: make deps")
	}
	command := exec.CommandContext(t.Context(), "tshark", "-n", "-r", "-", "-V", "-O", "bvlc,bacnet,bacapp")
	var complaints bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(capture(datagrams)), &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, complaints.String())
	}
	return string(out)
}

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	s, router := station(t, simulator.Options{Instance: 1})
	furnish(router)
	d := s.Put(wire.Address{Network: 2001, MAC: "\x0c"}, simulator.Options{Instance: 1234, MaxAPDU: 128})
	furnish(d)
	many(d)
	w := &wiretap{}
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
	told := dissected(t, w.datagrams)
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
