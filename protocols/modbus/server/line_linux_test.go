package server_test

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// reaches waits until so many bytes lie in the server's port, unread.
func (m *master) reaches(bytes int) {
	m.t.Helper()
	port, err := os.OpenFile(m.far, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	defer port.Close()
	eventually(m.t, "what the master says reaches the server", func() bool {
		n, err := unix.IoctlGetInt(int(port.Fd()), unix.TIOCINQ)
		if err != nil {
			m.t.Fatal(err)
		}
		return n == bytes
	})
}

func TestAMasterThatGoesOnIsNotSpokenInto(t *testing.T) {
	p, m := onLine(t)
	release := p.hold()
	m.says(rtu(1, wire.AppendWriteRegister(nil, 0, 42)...)...)
	eventually(t, "the write is at the device", func() bool { return p.holds() == 1 })
	m.says(rtu(9, wire.AppendRead(nil, wire.ReadHolding, 0, 2)...)...) // its time is over: it asks the next
	m.says(rtu(1, wire.AppendWriteRegister(nil, 0, 43)...)...)         // and gives that up as well
	m.says(rtu(2, wire.AppendRead(nil, wire.ReadInput, 0, 1)...)...)
	m.reaches(3 * 8)
	release()
	m.hears(2, 4, 2, 0, 77)
	if got := p.writes(); got != "valve=42" {
		t.Errorf("written: %s", got)
	}
	p.set("press.force", tag.IntOf(78))
	m.says(rtu(2, wire.AppendRead(nil, wire.ReadInput, 0, 1)...)...)
	m.hears(2, 4, 2, 0, 78)
}
