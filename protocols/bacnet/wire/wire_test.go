package wire_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// values are one of each type, and lists of them.
func values() []wire.Value {
	list := []wire.Value{
		{Type: wire.Null},
		{Type: wire.Boolean, Number: 1},
		{Type: wire.Unsigned, Number: 0},
		{Type: wire.Unsigned, Number: 255},
		{Type: wire.Unsigned, Number: 1 << 24},
		{Type: wire.Unsigned, Number: 1<<64 - 1},
		{Type: wire.Signed, Number: ^uint64(0)},
		{Type: wire.Signed, Number: 128},
		{Type: wire.Signed, Number: ^uint64(1 << 40)},
		{Type: wire.Real, Float: 21.5},
		{Type: wire.Double, Float: -1e300},
		{Type: wire.Octets},
		{Type: wire.Characters, Text: "Zuluft °C"},
		{Type: wire.Characters, Text: string(make([]byte, 300))},
		{Type: wire.Bits, Number: 4, Raw: []byte{0x50}},
		{Type: wire.Bits, Number: 9, Raw: []byte{0xFF, 0x80}},
		{Type: wire.Enumerated, Number: 62},
		{Type: wire.Date, Number: 0x7E0B1CFF},
		{Type: wire.Time, Number: 0x17050A05},
		{Type: wire.Object, Number: uint64(wire.NewObjectID(wire.Device, 1234))},
	}
	return append(list, wire.Value{Type: wire.Constructed, Tag: 3, List: []wire.Value{{Type: wire.Constructed, Tag: 0, List: list[:4]}}})
}

func TestValuesAreReadAsTheyAreWritten(t *testing.T) {
	for _, v := range values() {
		got, err := wire.ParseValues(wire.AppendValue(nil, v))
		if err != nil || len(got) != 1 {
			t.Errorf("%+v: %v, %v", v, got, err)
			continue
		}
		if v.Type != wire.Bits && v.Type != wire.Constructed {
			got[0].Raw = v.Raw
		}
		if v.Type != wire.Constructed && !reflect.DeepEqual(got[0], v) {
			t.Errorf("%+v becomes %+v", v, got[0])
		}
		if again := wire.AppendValue(nil, got[0]); !bytes.Equal(again, wire.AppendValue(nil, v)) {
			t.Errorf("%+v becomes % x", v, again)
		}
	}
}

func TestTextsOfEveryCharacterSetAreRead(t *testing.T) {
	for want, contents := range map[string][]byte{
		"Küche": append([]byte{0}, "Küche"...),
		"Kühl":  {5, 'K', 0xFC, 'h', 'l'},
		"Bär":   {0, 'B', 0xE4, 'r'}, // says UTF-8, and is not
		"Ä1":    {4, 0, 0xC4, 0, '1'},
		"Ω":     {3, 0, 0, 0x03, 0xA9},
	} {
		v, err := wire.ParseValues(append(wire.AppendTag(nil, uint8(wire.Characters), false, len(contents)), contents...))
		if err != nil || len(v) != 1 || v[0].Text != want {
			t.Errorf("% x is %+v, %v, want %q", contents, v, err, want)
		}
	}
}

// packets are of every kind that is sent or received.
func packets() []wire.Packet {
	apdu := (&wire.APDU{Kind: wire.ConfirmedRequest, Accepts: true, Limits: wire.OwnLimits, Invoke: 7, Service: wire.ReadProperty, Body: []byte{1}}).Append(nil)
	return []wire.Packet{
		{Function: wire.OriginalUnicast, Message: wire.NoMessage, Replies: true, Body: apdu},
		{Function: wire.OriginalUnicast, Message: wire.NoMessage, Replies: true, To: wire.Address{Network: 2001, MAC: "\x0c"}, Hops: 255, Body: apdu},
		{Function: wire.OriginalUnicast, Message: wire.NoMessage, From: wire.Address{Network: 2001, MAC: "\x0c"}, Body: apdu},
		{Function: wire.DistributeToAll, Message: wire.NoMessage, To: wire.Address{Network: wire.Everywhere}, Hops: 255, Body: apdu},
		{Function: wire.OriginalUnicast, Message: wire.RejectMessage, Body: []byte{1, 7, 0xD1}},
		{Function: wire.BVLCResult, Message: wire.NoMessage, Result: 0x30},
		{Function: wire.RegisterForeign, Message: wire.NoMessage, Result: 60},
	}
}

func TestPacketsAreReadAsTheyAreWritten(t *testing.T) {
	for _, p := range packets() {
		got, err := wire.Parse(p.Append(nil))
		if err != nil || !reflect.DeepEqual(got, p) {
			t.Errorf("%+v becomes %+v, %v", p, got, err)
		}
	}
	rejected := packets()[4]
	if network, why, ok := rejected.NotRouted(); !ok || network != 2001 || why == "" {
		t.Errorf("a rejection is %d %q %v", network, why, ok)
	}
}

func TestNamesAreThoseOfTheStandard(t *testing.T) {
	for name, got := range map[string]string{
		"analog-input:3":          wire.NewObjectID(0, 3).String(),
		"multi-state-value:1":     wire.NewObjectID(19, 1).String(),
		"lift:4194303":            wire.NewObjectID(59, wire.MaxInstance).String(),
		"150:2":                   wire.NewObjectID(150, 2).String(),
		"present-value":           wire.PresentValue.String(),
		"secured-status":          wire.Property(235).String(),
		"units":                   wire.Units.String(),
		"9999":                    wire.Property(9999).String(),
		"degrees-celsius":         wire.UnitName(62),
		"no-units":                wire.UnitName(95),
		"percent":                 wire.UnitName(98),
		"referenced-object-fault": wire.ReliabilityName(24),
		"the device refuses: write-access-denied (property)":   (&wire.Refusal{Kind: wire.ErrorPDU, Class: 2, Code: 40}).Error(),
		"the device rejects the request: unrecognized-service": (&wire.Refusal{Kind: wire.RejectPDU, Code: 9}).Error(),
		"the device aborts: segmentation-not-supported":        (&wire.Refusal{Kind: wire.AbortPDU, Code: 4}).Error(),
		"the device aborts: 200":                               (&wire.Refusal{Kind: wire.AbortPDU, Code: 200}).Error(),
	} {
		if got != name {
			t.Errorf("got %q, want %q", got, name)
		}
	}
	for _, p := range []wire.Property{wire.CovIncrement, wire.Description, wire.MaxAPDUAccepted, wire.ObjectList, wire.StatusFlags, wire.Reliability} {
		if got, ok := wire.ParseProperty(p.String()); !ok || got != p {
			t.Errorf("%v is %d, %v", p, got, ok)
		}
	}
}
