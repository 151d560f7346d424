package enip_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/enip/controller"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestValuesAreWrittenWithTheControllersType(t *testing.T) {
	c := plant(t)
	for _, w := range []struct {
		keys  string
		v     tag.Value
		at    string
		octet []byte // that the tag then begins with
	}{
		{"address: a_sint", tag.IntOf(-1), "a_sint", []byte{0xFF}},
		{"address: a_ulint", tag.UintOf(1 << 63), "a_ulint", []byte{0, 0, 0, 0, 0, 0, 0, 0x80}},
		{"address: a_real, scale: 0.1", tag.FloatOf(0.2), "a_real", []byte{0, 0, 0, 0x40}},
		{"address: a_real, type: real", tag.IntOf(2), "a_real", []byte{0, 0, 0, 0x40}},
		{"address: a_bool", tag.BoolOf(true), "a_bool", []byte{1}},
		{"address: 'Counts[1]'", tag.FloatOf(258), "Counts", []byte{0, 0, 0, 0, 2, 1, 0, 0}},
		{"address: 'Counts[2]', count: 2", tag.ArrayOf([]tag.Value{tag.IntOf(7), tag.IntOf(8)}), "Counts", []byte{0, 0, 0, 0, 2, 1, 0, 0, 7, 0, 0, 0, 8}},
		{"address: a_dint.31", tag.BoolOf(true), "a_dint", []byte{0, 0, 0, 0x80}},
		{"address: a_dint.0", tag.IntOf(1), "a_dint", []byte{1, 0, 0, 0x80}},
		{"address: a_dint.31", tag.BoolOf(false), "a_dint", []byte{1, 0, 0, 0}},
		{"address: 'Flags[33]'", tag.BoolOf(true), "Flags", []byte{0, 0, 0, 0, 2}},
		{"address: 'Flags[95]', type: bool", tag.BoolOf(true), "Flags", []byte{0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x80}},
		{"address: Recipe", tag.StringOf("abc"), "Recipe", []byte("\x03\x00\x00\x00abc\x00")},
		{"address: Lot, type: string", tag.StringOf("12345678901234567890"), "Lot", []byte("\x14\x00\x00\x0012345678901234567890")},
		{"address: Motor.Tripped", tag.BoolOf(true), "Motor", []byte{2, 0}},
		{"address: Motor.Name", tag.StringOf(""), "Motor", []byte{2, 0}},
	} {
		d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, access: rw, "+w.keys)
		s, device := kit.Dial(t, d), kit.Compile(t, d)
		p := conformance.Point(t, device, "a")
		if err := s.Write(t.Context(), p, w.v); err != nil {
			t.Errorf("%s: %v", w.keys, err)
			continue
		}
		if held := c.Octets(w.at); !strings.HasPrefix(string(held), string(w.octet)) {
			t.Errorf("%s: the controller holds % x, want % x", w.keys, held[:min(len(held), 32)], w.octet)
		}
		back, err := s.ReadPoint(t.Context(), p)
		x, xok := back.Float()
		y, yok := w.v.Float()
		if err != nil || !back.Equal(w.v) && (!xok || !yok || x != y) {
			t.Errorf("%s: read back as %s, %v", w.keys, tag.AppendJSON(nil, back), err)
		}
	}
}

func TestWhatCannotBeWrittenIsRefusedWithAReasonAndLeavesTheControllerAlone(t *testing.T) {
	c := plant(t)
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "Fixed", Type: cip.AtomicType(cip.DINT, 0)}, Constant: true})
	for _, w := range []struct {
		keys string
		v    tag.Value
		says string
	}{
		{"address: a_sint", tag.IntOf(128), "from -128 to 127"},
		{"address: a_usint", tag.IntOf(-1), "from 0 to 255"},
		{"address: a_real", tag.StringOf("1"), "number"},
		{"address: a_real", tag.FloatOf(1e300), "real"},
		{"address: a_bool", tag.IntOf(2), "true, false"},
		{"address: 'Counts[1]', count: 2", tag.IntOf(1), "array of 2"},
		{"address: 'Profile[0]', count: 2000", tag.ArrayOf(make([]tag.Value, 2000)), "number"},
		{"address: a_dint.32", tag.BoolOf(true), "no bit 32"},
		{"address: Recipe", tag.IntOf(1), "text"},
		{"address: Recipe", tag.StringOf(strings.Repeat("x", 83)), "at most 82"},
		{"address: Lot, type: string", tag.StringOf(strings.Repeat("x", 21)), "at most 20"},
		{"address: Lot", tag.StringOf("x"), "structure"},
		{"address: Motor", tag.IntOf(1), "structure"},
		{"address: Shown", tag.IntOf(1), "External Access"},
		{"address: Hidden", tag.IntOf(1), "External Access"},
		{"address: Hidden, type: dint", tag.IntOf(1), "External Access"},
		{"address: Fixed", tag.IntOf(1), "constant"},
		{"address: nothing", tag.IntOf(1), "correct the address"},
		{"address: a_dint, type: int", tag.IntOf(1), "another type"},
		{"address: 'Flags[96]'", tag.BoolOf(true), "element"},
	} {
		d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, access: rw, "+w.keys)
		err := kit.Dial(t, d).Write(t.Context(), conformance.Point(t, kit.Compile(t, d), "a"), w.v)
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused || !strings.Contains(err.Error(), w.says) {
			t.Errorf("%s, %s: %v, want a refusal that says %q", w.keys, tag.AppendJSON(nil, w.v), err, w.says)
		}
	}
	if n := c.Asked(cip.WriteTag); n != 4 {
		t.Errorf("the controller was asked for %d writes, want those that only it could refuse", n)
	}
}

func TestATagWhoseTypeHasChangedIsWrittenAfterItHasBeenReadAnew(t *testing.T) {
	c := plant(t)
	d := kit.Device(t, "tcp://"+c.Address(), "", "name: a, access: rw, address: a_dint")
	s, device := kit.Dial(t, d), kit.Compile(t, d)
	p := conformance.Point(t, device, "a")
	if err := s.Write(t.Context(), p, tag.IntOf(1)); err != nil {
		t.Fatal(err)
	}
	c.Define("", controller.Tag{Symbol: cip.Symbol{Name: "a_dint", Type: cip.AtomicType(cip.REAL, 0)}})
	err := s.Write(t.Context(), p, tag.IntOf(2))
	if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
		t.Errorf("%v, want a refusal", err)
	}
	if err := s.Write(t.Context(), p, tag.IntOf(2)); err != nil {
		t.Error(err)
	}
	if v := c.Value("a_dint", cip.REAL); !v.Equal(tag.FloatOf(2)) {
		t.Errorf("the controller holds %s", tag.AppendJSON(nil, v))
	}
}
