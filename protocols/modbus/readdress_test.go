package modbus

import (
	"bytes"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

func TestOnlyTheNumbersOfRepliesAreChanged(t *testing.T) {
	frame := func(number uint16) []byte {
		return wire.AppendMBAP(nil, wire.Frame{Transaction: number, Unit: 1, PDU: []byte{3, 2, 0, 7}})
	}
	recorded, now := frame(0xFFFF), frame(9)
	for what, c := range map[string]struct{ received, want []byte }{
		"a reply":              {frame(0xFFFF), frame(9)},
		"a late one before it": {append(frame(0xFFFE), frame(0xFFFF)...), append(frame(8), frame(9)...)},
		"half a reply":         {frame(0xFFFF)[:9], frame(9)[:9]},
		"garbage":              {[]byte{0xFF, 0, 0xA5, 0x5A, 1}, []byte{0xFF, 0, 0xA5, 0x5A, 1}},
		"nothing":              {nil, nil},
	} {
		if got := (transactions{}).Readdress(nil, c.received, recorded, now); !bytes.Equal(got, c.want) {
			t.Errorf("%s: % x became % x, want % x", what, c.received, got, c.want)
		}
	}
}

func FuzzReaddress(f *testing.F) {
	request := wire.AppendMBAP(nil, wire.Frame{Transaction: 5, Unit: 1, PDU: []byte{3, 0, 0, 0, 1}})
	f.Add(request, request)
	f.Add(request[:5], []byte{1})
	f.Fuzz(func(t *testing.T, received, recorded []byte) {
		got := transactions{}.Readdress(nil, received, recorded, request)
		back := transactions{}.Readdress(nil, got, request, recorded)
		if len(got) != len(received) || !bytes.Equal(back, received) {
			t.Fatalf("% x became % x and again % x", received, got, back)
		}
	})
}
