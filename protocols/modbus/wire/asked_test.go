package wire

import (
	"bytes"
	"testing"
)

func TestRequestsAreReadAsTheyAreMade(t *testing.T) {
	for what, c := range map[string]struct {
		pdu    []byte
		want   Asked
		answer []byte
	}{
		"read":            {AppendRead(nil, ReadHolding, 7, 3), Asked{Function: ReadHolding, Address: 7, Count: 3}, []byte{3, 2, 0, 1}},
		"write coil":      {AppendWriteCoil(nil, 7, true), Asked{Function: WriteCoil, Address: 7, Count: 1, Data: []byte{1}}, []byte{5, 0, 7, 0xFF, 0}},
		"clear coil":      {AppendWriteCoil(nil, 7, false), Asked{Function: WriteCoil, Address: 7, Count: 1, Data: []byte{0}}, []byte{5, 0, 7, 0, 0}},
		"write register":  {AppendWriteRegister(nil, 7, 258), Asked{Function: WriteRegister, Address: 7, Count: 1, Data: []byte{1, 2}}, []byte{6, 0, 7, 1, 2}},
		"write coils":     {AppendWriteCoils(nil, 7, 9, []byte{1, 1}), Asked{Function: WriteCoils, Address: 7, Count: 9, Data: []byte{1, 1}}, []byte{15, 0, 7, 0, 9}},
		"write registers": {AppendWriteRegisters(nil, 7, []byte{1, 2, 3, 4}), Asked{Function: WriteRegisters, Address: 7, Count: 2, Data: []byte{1, 2, 3, 4}}, []byte{16, 0, 7, 0, 2}},
		"mask write":      {AppendMaskWrite(nil, 7, 0xF0, 1), Asked{Function: MaskWrite, Address: 7, Count: 1, Data: []byte{0, 0xF0, 0, 1}}, []byte{22, 0, 7, 0, 0xF0, 0, 1}},
	} {
		a, e := ParseAsked(c.pdu)
		if e != 0 || a.Function != c.want.Function || a.Address != c.want.Address || a.Count != c.want.Count || !bytes.Equal(a.Data, c.want.Data) {
			t.Errorf("%s: %+v, %v", what, a, e)
		}
		answer := AppendAnswer(nil, a, []byte{0, 1})
		if !bytes.Equal(answer, c.answer) {
			t.Errorf("%s is answered with % x", what, answer)
		}
		frame := RTU{}.Append(nil, 9, c.pdu)
		if unit, pdu, n := ParseRTU(append(frame, 1, 2)); unit != 9 || n != len(frame) || !bytes.Equal(pdu, c.pdu) {
			t.Errorf("%s in RTU: unit %d, % x, %d", what, unit, pdu, n)
		}
		if _, _, n := ParseRTU(frame[:len(frame)-1]); n != 0 {
			t.Errorf("%s in RTU, cut: %d", what, n)
		}
	}
}

func TestWhatIsNoRequestIsAnsweredWithTheRightException(t *testing.T) {
	for what, c := range map[string]struct {
		pdu  []byte
		want Exception
	}{
		"nothing":                {nil, IllegalFunction},
		"an unknown function":    {[]byte{0x2B, 0x0E, 1, 0}, IllegalFunction},
		"too short":              {[]byte{3, 0, 0}, IllegalValue},
		"no registers":           {AppendRead(nil, ReadHolding, 0, 0), IllegalValue},
		"too many registers":     {AppendRead(nil, ReadHolding, 0, 126), IllegalValue},
		"too many bits":          {AppendRead(nil, ReadCoils, 0, 2001), IllegalValue},
		"beyond the table":       {AppendRead(nil, ReadInput, 0xFFFF, 2), IllegalAddress},
		"a coil that is neither": {[]byte{5, 0, 0, 1, 0}, IllegalValue},
		"a wrong count of bytes": {[]byte{16, 0, 0, 0, 2, 2, 0, 1}, IllegalValue},
		"more than it says":      {append(AppendWriteRegisters(nil, 0, []byte{0, 1}), 0), IllegalValue},
	} {
		if a, e := ParseAsked(c.pdu); e != c.want {
			t.Errorf("%s: %+v, %v, want %v", what, a, e, c.want)
		}
	}
}

func FuzzParseAsked(f *testing.F) {
	f.Add(AppendRead(nil, ReadHolding, 0, 1))
	f.Add(AppendWriteCoils(nil, 7, 9, []byte{1, 1}))
	f.Add([]byte{16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF})
	f.Fuzz(func(t *testing.T, pdu []byte) {
		a, e := ParseAsked(pdu)
		if e == 0 && (a.Count < 1 || int(a.Address)+a.Count > 0x10000) {
			t.Fatalf("%+v", a)
		}
		if e == 0 && !a.Function.ReadsBits() && !a.Function.ReadsRegisters() {
			if _, err := Check(pdu, AppendAnswer(nil, a, nil)); err != nil {
				t.Fatalf("% x is answered with what is none: %v", pdu, err)
			}
		}
		if unit, in, n := ParseRTU(pdu); n > 0 && !bytes.Equal(RTU{}.Append(nil, unit, in), pdu[:n]) {
			t.Fatalf("% x was found in % x", in, pdu)
		}
	})
}
