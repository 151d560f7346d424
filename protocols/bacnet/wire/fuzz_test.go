package wire_test

import (
	"bytes"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

func FuzzParse(f *testing.F) {
	for _, p := range packets() {
		f.Add(p.Append(nil))
	}
	f.Fuzz(func(t *testing.T, octets []byte) {
		p, err := wire.Parse(octets)
		if err != nil {
			return
		}
		p.NotRouted()
		a, err := wire.ParseAPDU(p.Body)
		if err != nil {
			return
		}
		again, err := wire.ParseAPDU(a.Append(nil))
		if err != nil || !bytes.Equal(again.Append(nil), a.Append(nil)) {
			t.Errorf("% x becomes %+v, %v", octets, again, err)
		}
		if a.Kind >= wire.ErrorPDU && wire.ParseRefusal(&a).Error() == "" {
			t.Error("a refusal that says nothing")
		}
	})
}

func FuzzParseValues(f *testing.F) {
	for _, v := range values() {
		f.Add(wire.AppendValue(nil, v))
	}
	f.Add([]byte{0x0E, 0x1E, 0x2E, 0x3E, 0x4E, 0x5E, 0x0E, 0x0E, 0x0E, 0x0E})
	f.Fuzz(func(t *testing.T, octets []byte) {
		list, err := wire.ParseValues(octets)
		if err != nil {
			return
		}
		for _, v := range list {
			for i := range 4 {
				v.Bit(i)
			}
		}
	})
}

func FuzzServices(f *testing.F) {
	r := wire.Reference{Object: wire.NewObjectID(wire.AnalogInput, 3), Property: wire.PresentValue, Index: wire.NoIndex}
	value := wire.AppendClosing(wire.AppendValue(wire.AppendOpening(nil, 4), wire.Value{Type: wire.Real, Float: 1}), 4)
	f.Add(append(wire.AppendRead(nil, r), 0x3E, 0x91, 0x01, 0x3F))
	f.Add(append(append(wire.AppendNumber(wire.AppendOpening(wire.AppendObject(nil, 0, r.Object), 1), 2, 85), value...), 0x1F))
	f.Add(wire.Subscription{Process: 1, Object: r.Object, Lifetime: 60}.Append(nil))
	f.Add(wire.AppendWrite(nil, r, wire.Value{Type: wire.Null}, 8))
	f.Add(wire.AppendWhoIs(nil, 0, wire.MaxInstance))
	f.Fuzz(func(_ *testing.T, octets []byte) {
		_, _, _ = wire.ParseReadACK(octets)
		_ = wire.ParseReadMultipleACK(octets, func(r wire.Reference, _ []wire.Value, refused *wire.Refusal) {
			_ = r.String()
			if refused != nil {
				_ = refused.Error()
			}
		})
		_, _ = wire.ParseNotification(octets)
		_, _ = wire.ParseIAm(octets)
	})
}
