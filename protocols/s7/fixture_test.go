package s7_test

import (
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/s7"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: s7.Driver{}, Patient: "timeout: 1m,"}

// What tests name often.
const (
	dataBlock = pdu.DB
	writeVar  = byte(pdu.WriteVar)
)

// standard returns the options of a PLC that says nothing of itself.
func standard() plc.Options { return plc.Standard(slog.New(slog.DiscardHandler)) }

// listen starts a PLC with a DB1 of 1000 octets.
func listen(t testing.TB, o plc.Options) *plc.PLC {
	t.Helper()
	p, err := plc.Listen(t.Context(), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.Define(1, 1000)
	return p
}
