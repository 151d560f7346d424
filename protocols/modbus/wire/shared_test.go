package wire

import (
	"bytes"
	"slices"
	"testing"
)

// seven is the unit of the tests.
func seven(unit byte) bool { return unit == 7 }

// next is NextRTU or NextASCII.
type next func(buf []byte, mine func(byte) bool) (byte, []byte, int)

// requests takes what a line carried apart as it comes, a byte at a time, and returns the requests to unit 7.
func requests(t *testing.T, next next, line []byte) (all [][]byte) {
	t.Helper()
	var buf []byte
	for _, b := range line {
		buf = append(buf, b)
		for {
			unit, pdu, n := next(buf, seven)
			if n == 0 {
				break
			}
			if pdu != nil && unit != 7 {
				t.Fatalf("a request to unit %d", unit)
			}
			if pdu != nil {
				all = append(all, bytes.Clone(pdu))
			}
			buf = buf[n:]
		}
	}
	return all
}

func TestRequestsAreFoundOnALineThatIsShared(t *testing.T) {
	read := AppendRead(nil, ReadHolding, 0, 2)
	many := AppendWriteRegisters(nil, 5, []byte{7, 3, 7, 3})
	mask := AppendMaskWrite(nil, 7, 0xF0, 1)
	others := [][]byte{
		read,
		{3, 4, 7, 3, 0, 0},
		AppendException(nil, ReadHolding, IllegalAddress), many,
		{16, 0, 5, 0, 2},
		mask,
		AppendWriteCoil(nil, 7, true), AppendRead(nil, ReadCoils, 0, 9),
		{1, 2, 7, 3},
	}
	for name, f := range map[string]struct {
		framing Framing
		next    next
		noise   []byte
	}{
		"RTU":   {RTU{}, NextRTU, []byte{0}},
		"ASCII": {ASCII{}, NextASCII, []byte("\x00:07")},
	} {
		var line []byte
		var want [][]byte
		for _, other := range others {
			line = f.framing.Append(line, 9, other)
			for _, mine := range [][]byte{read, many, mask} {
				line, want = f.framing.Append(line, 7, mine), append(want, mine)
			}
			line = append(line, f.noise...)
		}
		line, want = f.framing.Append(line, 7, read), append(want, read)
		if got := requests(t, f.next, line); !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("%s: found %d of %d: % x", name, len(got), len(want), got)
		}
	}
}

func TestADamagedRequestIsNone(t *testing.T) {
	for name, f := range map[string]struct {
		framing Framing
		next    next
	}{"RTU": {RTU{}, NextRTU}, "ASCII": {ASCII{}, NextASCII}} {
		whole := f.framing.Append(nil, 7, AppendRead(nil, ReadHolding, 0, 2))
		for i := range whole[:len(whole)-1] {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 0x10
			if got := requests(t, f.next, damaged); len(got) > 0 {
				t.Errorf("%s: % x is found in % x", name, got, damaged)
			}
		}
	}
}

func TestAnUnknownFunctionIsARequestWhenTheLineFallsSilent(t *testing.T) {
	frame := RTU{}.Append(nil, 7, []byte{0x2B, 0x0E, 1, 0})
	if _, pdu, n := NextRTU(frame, seven); pdu != nil || n != 0 {
		t.Errorf("before: % x, %d", pdu, n)
	}
	if unit, pdu, n := UnknownRTU(frame, seven); unit != 7 || len(pdu) != 4 || n != len(frame) {
		t.Errorf("after: % x, %d", pdu, n)
	}
	for what, other := range map[string][]byte{
		"to another":     RTU{}.Append(nil, 9, []byte{0x2B, 0x0E, 1, 0}),
		"an exception":   RTU{}.Append(nil, 7, []byte{0xAB, 1}),
		"damaged":        append(frame[:len(frame):len(frame)], 1),
		"known and late": RTU{}.Append(nil, 7, AppendRead(nil, ReadHolding, 0, 2)),
	} {
		if _, _, n := UnknownRTU(other, seven); n != 0 {
			t.Errorf("%s: it is one", what)
		}
	}
}

func FuzzNextOfALine(f *testing.F) {
	f.Add(RTU{}.Append(nil, 7, AppendRead(nil, ReadHolding, 0, 2)))
	f.Add(RTU{}.Append(nil, 9, []byte{3, 4, 7, 3, 0, 0}))
	f.Add(RTU{}.Append(nil, 7, []byte{0x2B, 0x0E, 1, 0}))
	f.Add(ASCII{}.Append([]byte(":07"), 7, AppendRead(nil, ReadHolding, 0, 2)))
	f.Fuzz(func(t *testing.T, buf []byte) {
		if unit, pdu, n := UnknownRTU(buf, seven); n > 0 && !bytes.Equal(RTU{}.Append(nil, unit, pdu), buf[:n]) {
			t.Fatalf("% x is said to stand in % x", pdu, buf)
		}
		for len(buf) > 0 {
			unit, pdu, n := NextRTU(buf, seven)
			if n < 0 || n > len(buf) || pdu != nil && (unit != 7 || !bytes.Equal(RTU{}.Append(nil, unit, pdu), buf[:n])) {
				t.Fatalf("% x, %d, in % x", pdu, n, buf)
			}
			if _, pdu, n := NextASCII(buf, seven); n < 0 || n > len(buf) || len(pdu) > MaxPDU {
				t.Fatalf("% x, %d, in %q", pdu, n, buf)
			}
			buf = buf[max(n, 1):]
		}
	})
}
