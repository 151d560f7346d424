package server_test

import (
	"bytes"
	"io"
	"os"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// master is the far end of a serial line, byte by byte.
type master struct {
	t    *testing.T
	port *os.File
	far  string // the server's port
}

// onLine serves a plant as units 1 and 2 of a line in RTU frames.
func onLine(t *testing.T) (*plant, *master) {
	t.Helper()
	cable := cable(t)
	p, _, _ := serveAt(t, cable.Near, "rtu\n    line: {baud: 115200, parity: none}")
	port, err := link.OpenSerial(link.Serial{Device: cable.Far, Baud: 115200, DataBits: 8, Parity: link.None, StopBits: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { port.Close() })
	if err := port.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return p, &master{t, port, cable.Near}
}

// says puts bytes on the line.
func (m *master) says(bytes ...byte) {
	m.t.Helper()
	if _, err := m.port.Write(bytes); err != nil {
		m.t.Fatal(err)
	}
}

// hears waits for a frame.
func (m *master) hears(unit byte, pdu ...byte) {
	m.t.Helper()
	want := rtu(unit, pdu...)
	got := make([]byte, len(want))
	if n, err := io.ReadFull(m.port, got); err != nil || !bytes.Equal(got, want) {
		m.t.Fatalf("heard % x, %v; want % x", got[:n], err, want)
	}
}

func rtu(unit byte, pdu ...byte) []byte { return wire.RTU{}.Append(nil, unit, pdu) }

func TestOnALineOnlyWhatItsUnitsAreAskedIsAnswered(t *testing.T) {
	p, m := onLine(t)
	ask := rtu(2, wire.AppendRead(nil, wire.ReadInput, 0, 1)...)
	m.says(rtu(9, wire.AppendRead(nil, wire.ReadHolding, 0, 2)...)...)
	m.says(rtu(9, 3, 4, 1, 5, 0, 0)...)                                                     // which looks like one of ours within
	m.says(rtu(9, wire.AppendWriteRegisters(nil, 0, []byte{2, 4, 0, 0, 0, 1, 1, 2})...)...) // unanswered: it is away
	m.says(ask...)
	m.hears(2, 4, 2, 0, 77)
	m.says(append([]byte{0, 0xFF, 2}, ask...)...) // noise before it
	m.hears(2, 4, 2, 0, 77)
	m.says(rtu(2, wire.AppendRead(nil, wire.ReadInput, 7, 1)...)...)
	m.hears(2, 0x84, 2)
	m.says(rtu(1, 0x2B, 0x0E, 1, 0)...) // a function that it does not know, and cannot know the length of
	m.hears(1, 0xAB, 1)
	if got := p.writes(); got != "" {
		t.Errorf("written: %s", got)
	}
}
