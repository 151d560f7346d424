package iec61850_test

import (
	"log/slog"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec61850"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/ied"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// kit is what the tests of the driver are made with.
var kit = conformance.Kit{Driver: iec61850.Driver{}}

// standard returns the options of a device that says nothing of itself.
func standard() ied.Options { return ied.Options{Logger: slog.New(slog.DiscardHandler)} }

// logical is the logical device of the tests.
const logical = "BAY1LD0"

// plant starts a device with a model of a bay.
func plant(t testing.TB, o ied.Options) *ied.IED {
	t.Helper()
	d, err := ied.Listen(t.Context(), "127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	d.Object(logical, "LLN0$ST$Mod", "stVal", ied.Enum(), mms.IntOf(1))
	d.Object(logical, "MMXU1$MX$TotW", "mag$f", ied.Float32(), mms.FloatOf(21.7))
	for i, phase := range []string{"phsA", "phsB", "phsC"} {
		d.Object(logical, "MMXU1$MX$A$"+phase, "cVal$mag$f", ied.Float32(), mms.FloatOf(float32(100+i)))
	}
	d.Object(logical, "XCBR1$ST$Pos", "stVal", ied.Dbpos(), mms.BitsOf(2, 1))
	d.Control(logical, "XCBR1", "Pos", 4, ied.Bool(), "XCBR1$ST$Pos$stVal")
	d.Object(logical, "GGIO1$ST$SPCSO1", "stVal", ied.Bool(), mms.BoolOf(false))
	d.Control(logical, "GGIO1", "SPCSO1", 1, ied.Bool(), "GGIO1$ST$SPCSO1$stVal")
	d.Object(logical, "GGIO1$ST$SPCSO2", "stVal", ied.Bool(), mms.BoolOf(false))
	d.Control(logical, "GGIO1", "SPCSO2", 2, ied.Bool(), "GGIO1$ST$SPCSO2$stVal")
	d.Object(logical, "GGIO1$ST$SPCSO3", "stVal", ied.Bool(), mms.BoolOf(false))
	d.Control(logical, "GGIO1", "SPCSO3", 3, ied.Bool(), "GGIO1$ST$SPCSO3$stVal")
	d.Object(logical, "GGIO1$ST$SPCSO4", "stVal", ied.Bool(), mms.BoolOf(false))
	d.Control(logical, "GGIO1", "SPCSO4", 0, ied.Bool(), "GGIO1$ST$SPCSO4$stVal")
	d.Object(logical, "GGIO1$MX$AnOut1", "mxVal$f", ied.Float32(), mms.FloatOf(5))
	d.Control(logical, "GGIO1", "AnOut1", 3, mms.StructType(mms.Component{Name: "f", Type: ied.Float32()}), "GGIO1$MX$AnOut1$mxVal$f")
	d.Define(logical, "PTOC1$SP$StrVal$setMag$f", ied.Float32(), mms.FloatOf(1.5))
	d.Define(logical, "PTOC1$SP$OpDlTmms$setVal", ied.Int32(), mms.IntOf(300))
	d.Define(logical, "LLN0$DC$NamPlt$vendor", ied.Text(), mms.VisibleOf("nobody"))
	return d
}
