// Package oracle has tshark, which nobody here wrote, say what octets mean: for tests of what this project sends and of
// how it reads.
package oracle

import (
	"bytes"
	"encoding/binary"
	"os/exec"
	"strings"
	"testing"
)

// Fields are what tshark found in one frame, by its own names without the protocol's, as apdulen or siq.spi. A field that
// is there several times has several values.
type Fields map[string][]string

// One returns the only value of a field, or what there is instead, with commas.
func (f Fields) One(name string) string { return strings.Join(f[name], ",") }

// Names are the fields that are asked for.
func names() []string {
	return strings.Fields(`iec60870_104.apdulen iec60870_104.type iec60870_104.utype iec60870_104.tx iec60870_104.rx
		iec60870_asdu.typeid iec60870_asdu.sq iec60870_asdu.numix iec60870_asdu.causetx iec60870_asdu.nega iec60870_asdu.test
		iec60870_asdu.oa iec60870_asdu.addr iec60870_asdu.ioa
		iec60870_asdu.siq.spi iec60870_asdu.siq.bl iec60870_asdu.siq.sb iec60870_asdu.siq.nt iec60870_asdu.siq.iv
		iec60870_asdu.diq.dpi iec60870_asdu.diq.bl iec60870_asdu.diq.sb iec60870_asdu.diq.nt iec60870_asdu.diq.iv
		iec60870_asdu.qds.ov iec60870_asdu.qds.bl iec60870_asdu.qds.sb iec60870_asdu.qds.nt iec60870_asdu.qds.iv
		iec60870_asdu.vti.v iec60870_asdu.vti.t iec60870_asdu.bitstring iec60870_asdu.normval iec60870_asdu.scalval iec60870_asdu.float
		iec60870_asdu.bcr.count iec60870_asdu.bcr.sq iec60870_asdu.bcr.cy iec60870_asdu.bcr.ca iec60870_asdu.bcr.iv
		iec60870_asdu.sco.on iec60870_asdu.sco.qu iec60870_asdu.sco.se iec60870_asdu.dco.on iec60870_asdu.dco.qu iec60870_asdu.dco.se
		iec60870_asdu.rco.up iec60870_asdu.rco.qu iec60870_asdu.rco.se iec60870_asdu.qos.ql iec60870_asdu.qos.se
		iec60870_asdu.coi_r iec60870_asdu.coi_i iec60870_asdu.qoi iec60870_asdu.rqt iec60870_asdu.frz
		iec60870_asdu.cp56time iec60870_asdu.cp56time.ms iec60870_asdu.cp56time.min iec60870_asdu.cp56time.iv iec60870_asdu.cp56time.gen
		iec60870_asdu.cp56time.hour iec60870_asdu.cp56time.su iec60870_asdu.cp56time.day iec60870_asdu.cp56time.dow
		iec60870_asdu.cp56time.month iec60870_asdu.cp56time.year
		iec60870_asdu.rawdata iec104.short_asdu iec104.apdu_min_len iec104.apdu_invalid_len _ws.malformed _ws.expert.message`)
}

// Dissect has tshark take frames apart, each in a packet of its own from port 2404. It skips a short test, and one where
// tshark is not installed.
func Dissect(t *testing.T, frames ...[]byte) []Fields {
	t.Helper()
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: make deps")
	}
	// -n asks no name service; values in several places are joined by a character that none contains.
	arguments := []string{"-n", "-r", "-", "-T", "fields", "-E", "separator=/t", "-E", "aggregator=;"}
	for _, name := range names() {
		arguments = append(arguments, "-e", name)
	}
	command := exec.CommandContext(t.Context(), "tshark", arguments...)
	var complaints bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(capture(frames)), &complaints
	out, err := command.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, complaints.String())
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) != len(frames) {
		t.Fatalf("tshark tells of %d packets, want %d\n%s", len(lines), len(frames), complaints.String())
	}
	told := make([]Fields, len(lines))
	for i, line := range lines {
		told[i] = fieldsOf(line)
	}
	return told
}

func fieldsOf(line string) Fields {
	f := Fields{}
	known := names()
	for i, value := range strings.Split(line, "\t") {
		if value == "" || i >= len(known) {
			continue
		}
		name := known[i]
		for _, protocol := range [...]string{"iec60870_104.", "iec60870_asdu."} {
			name = strings.TrimPrefix(name, protocol)
		}
		f[name] = strings.Split(value, ";")
	}
	return f
}

// capture returns a capture file (pcap, link type 101: packets that begin with their IP header).
func capture(frames [][]byte) []byte {
	file := binary.LittleEndian.AppendUint32(nil, 0xA1B2C3D4)
	file = binary.LittleEndian.AppendUint16(file, 2)
	file = binary.LittleEndian.AppendUint16(file, 4)
	for _, field := range [...]uint32{0, 0, 1 << 16, 101} {
		file = binary.LittleEndian.AppendUint32(file, field)
	}
	sequence := uint32(1)
	for i, frame := range frames {
		packet := packetOf(frame, sequence)
		sequence += uint32(len(frame))
		for _, field := range [...]uint32{uint32(i), 0, uint32(len(packet)), uint32(len(packet))} {
			file = binary.LittleEndian.AppendUint32(file, field)
		}
		file = append(file, packet...)
	}
	return file
}

// packetOf returns an IPv4 packet with a TCP segment. Nobody checks the sums.
func packetOf(payload []byte, sequence uint32) []byte {
	const ipLen, tcpLen, port = 20, 20, 2404
	packet := make([]byte, ipLen+tcpLen, ipLen+tcpLen+len(payload))
	ip, tcp := packet[:ipLen], packet[ipLen:]
	ip[0], ip[8], ip[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(ipLen+tcpLen+len(payload)))
	copy(ip[12:], []byte{192, 0, 2, 1, 192, 0, 2, 2})
	binary.BigEndian.PutUint16(tcp[0:], port)
	binary.BigEndian.PutUint16(tcp[2:], 50000)
	binary.BigEndian.PutUint32(tcp[4:], sequence)
	tcp[12], tcp[13] = 5<<4, 0x18
	binary.BigEndian.PutUint16(tcp[14:], 0xFFFF)
	return append(packet, payload...)
}
