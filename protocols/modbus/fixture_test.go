package modbus_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/slave"
	"github.com/holdfast-edge/holdfast/tag"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: modbus.Driver{}, Patient: "timeout: 1m, shortest_timeout: 1m,"}

// scan reads the values of the device's first group once.
func scan(t testing.TB, s protocols.Session, d protocols.Device, width int) ([]tag.Value, error) {
	t.Helper()
	row, err := conformance.Scan(t, s, d, width)
	return row.Values, err
}

// plc is a server with one unit behind a line that can be broken.
type plc struct {
	unit *slave.Unit
	line *faultline.Line
}

func (p *plc) endpoint() string { return "tcp://" + p.line.Address() }

func newPLC(t testing.TB) *plc {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	server, err := slave.Listen(t.Context(), "127.0.0.1:0", quiet)
	if err != nil {
		t.Fatal(err)
	}
	line, err := faultline.Listen(t.Context(), "127.0.0.1:0", server.Address(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		line.Close()
		server.Close()
	})
	unit := slave.NewUnit(slave.Sizes{Coils: 100, Discretes: 100, Inputs: 300, Holdings: 1000})
	server.Put(1, unit)
	return &plc{unit: unit, line: line}
}

func wantValues(t testing.TB, got []tag.Value, want ...tag.Value) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	for i := range want {
		conformance.WantValue(t, fmt.Sprintf("value %d", i), got[i], want[i])
	}
}

// faultOf returns the fault in an error, and fails where there is none.
func faultOf(t testing.TB, err error) *protocols.Fault {
	t.Helper()
	if err == nil {
		t.Fatal("no fault")
	}
	return protocols.FaultOf(err)
}
