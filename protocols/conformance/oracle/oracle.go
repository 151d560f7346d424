// Package oracle has tshark, which nobody here wrote, say what octets mean: for tests of what drivers send and of how they
// read.
package oracle

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// Fields are what tshark found in one packet, by its own names, as iec60870_asdu.siq.spi. A field that is there several times
// has several values.
type Fields map[string][]string

// One returns the only value of a field, or what there is instead, with commas.
func (f Fields) One(name string) string { return strings.Join(f[name], ",") }

// Dissection is what tshark is to look for, and where.
type Dissection struct {
	Port      uint16   // which packets come from; tshark chooses the dissector by it
	Datagrams bool     // UDP, else TCP
	Toward    []bool   // which of the frames go to the port, in the order of the frames; the others come from it
	Names     []string // of the fields, as tshark -G fields lists them
	Arguments []string // further ones of tshark, as -d tcp.port==1102,tpkt
}

// Dissect has tshark take frames apart, each in a packet of its own. It skips a short test, and one where tshark is not
// installed.
func (d Dissection) Dissect(t *testing.T, frames ...[]byte) []Fields {
	t.Helper()
	// Values in several places are joined by a character that none contains.
	arguments := append([]string{"-T", "fields", "-E", "separator=/t", "-E", "aggregator=;"}, d.Arguments...)
	for _, name := range d.Names {
		arguments = append(arguments, "-e", name)
	}
	out, complaints := d.tshark(t, frames, arguments)
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(frames) {
		t.Fatalf("tshark tells of %d packets, want %d\n%s", len(lines), len(frames), complaints)
	}
	told := make([]Fields, len(lines))
	for i, line := range lines {
		told[i] = d.fields(line)
	}
	return told
}

func (d Dissection) fields(line string) Fields {
	f := Fields{}
	for i, value := range strings.Split(line, "\t") {
		if value != "" && i < len(d.Names) {
			f[d.Names[i]] = strings.Split(value, ";")
		}
	}
	return f
}

// Tell has tshark tell all that it finds of protocols in frames, as "bvlc,bacnet,bacapp": what it shows to people. It skips as
// Dissect does.
func (d Dissection) Tell(t *testing.T, of string, frames ...[]byte) string {
	t.Helper()
	out, _ := d.tshark(t, frames, append([]string{"-V", "-O", of}, d.Arguments...))
	return out
}

// tshark has it read a capture of frames.
func (d Dissection) tshark(t *testing.T, frames [][]byte, arguments []string) (out, complaints string) {
	t.Helper()
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("tshark is not installed: make deps")
	}
	// -n asks no name service.
	command := exec.CommandContext(t.Context(), "tshark", append([]string{"-n", "-r", "-"}, arguments...)...)
	var said bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(d.capture(frames)), &said
	told, err := command.Output()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, said.String())
	}
	return string(told), said.String()
}
