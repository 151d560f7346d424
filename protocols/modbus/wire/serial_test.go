package wire

import (
	"bytes"
	"testing"
)

func TestRTUFramesAreThoseOfTheStandard(t *testing.T) {
	wantOctets(t, RTU{}.Append(nil, 1, octets(t, "03 0000 000A")), "01 03 0000 000A C5CD")
	wantOctets(t, RTU{}.Append(nil, 0x11, octets(t, "03 006B 0003")), "11 03 006B 0003 7687")
}

func TestASCIIFramesAreThoseOfTheStandard(t *testing.T) {
	if got := string(ASCII{}.Append(nil, 1, octets(t, "03 0000 0001"))); got != ":010300000001FB\r\n" {
		t.Errorf("%q", got)
	}
}

func framings() map[string]Framing { return map[string]Framing{"RTU": RTU{}, "ASCII": ASCII{}} }

func TestAReplyIsFoundInNoise(t *testing.T) {
	request, reply := octets(t, "03 0000 0002"), octets(t, "03 04 0001 0002")
	for name, framing := range framings() {
		frame := framing.Append(nil, 9, reply)
		for _, noise := range [][]byte{
			nil,
			{0},
			{9},
			{9, 3},
			{9, 3, 4},
			[]byte("\r\n"), []byte(":0904"),
			framing.Append(nil, 8, reply),                         // another unit
			framing.Append(nil, 9, octets(t, "04 04 0003 0004")),  // another function
			append(framing.Append(nil, 9, reply)[:8], 0x55, '\n'), // damaged
		} {
			received := append(bytes.Clone(noise), frame...)
			got, end := framing.Find(nil, received, 9, request)
			if end != len(received) || !bytes.Equal(got, reply) {
				t.Errorf("%s after % x: % x, end %d", name, noise, got, end)
			}
		}
	}
}

func TestAnUnfinishedSerialFrameIsWaitedFor(t *testing.T) {
	request := octets(t, "03 0000 0002")
	for name, framing := range framings() {
		whole := framing.Append(nil, 9, octets(t, "03 04 0001 0002"))
		for n := range whole {
			if got, end := framing.Find(nil, whole[:n], 9, request); end != 0 {
				t.Errorf("%s: %d of %d bytes gave % x", name, n, len(whole), got)
			}
		}
	}
}

func TestADamagedFrameIsNoReply(t *testing.T) {
	request := octets(t, "03 0000 0002")
	for name, framing := range framings() {
		whole := framing.Append(nil, 9, octets(t, "03 04 0001 0002"))
		for i := range whole[:len(whole)-2] {
			damaged := bytes.Clone(whole)
			damaged[i] ^= 0x01
			if got, end := framing.Find(nil, damaged, 9, request); end != 0 {
				t.Errorf("%s: with byte %d damaged it gave % x", name, i, got)
			}
		}
	}
}

func TestAnExceptionIsFoundOnASerialLine(t *testing.T) {
	request := octets(t, "10 0001 0002 04 000A 0102")
	for name, framing := range framings() {
		frame := framing.Append(nil, 1, AppendException(nil, WriteRegisters, IllegalAddress))
		if got, end := framing.Find(nil, frame, 1, request); end != len(frame) || !bytes.Equal(got, []byte{0x90, 2}) {
			t.Errorf("%s: % x, end %d", name, got, end)
		}
	}
}

func TestLateRepliesOfAnotherLengthAreSkipped(t *testing.T) {
	received := RTU{}.Append(nil, 1, octets(t, "03 02 0001"))
	received = RTU{}.Append(received, 1, octets(t, "03 04 0001 0002"))
	got, end := RTU{}.Find(nil, received, 1, octets(t, "03 0000 0002"))
	if end != len(received) || len(got) != 6 {
		t.Errorf("% x, end %d", got, end)
	}
}

func TestTakingFramesApartDoesNotAllocate(t *testing.T) {
	request := AppendRead(nil, ReadHolding, 0, 100)
	reply := append([]byte{byte(ReadHolding), 200}, make([]byte, 200)...)
	mbap := AppendMBAP(nil, Frame{Transaction: 1, Unit: 1, PDU: reply})
	rtu, ascii := RTU{}.Append(nil, 1, reply), ASCII{}.Append(nil, 1, reply)
	into := make([]byte, 0, MaxPDU)
	if n := testing.AllocsPerRun(100, func() {
		f, _, _ := ParseMBAP(mbap)
		if _, err := Check(request, f.PDU); err != nil {
			t.Error(err)
		}
		RTU{}.Find(into, rtu, 1, request)
		ASCII{}.Find(into, ascii, 1, request)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCheckAHundredRegisters(b *testing.B) {
	request := AppendRead(nil, ReadHolding, 0, 100)
	frame := AppendMBAP(nil, Frame{Transaction: 1, Unit: 1, PDU: append([]byte{3, 200}, make([]byte, 200)...)})
	b.ReportAllocs()
	for b.Loop() {
		f, _, _ := ParseMBAP(frame)
		if _, err := Check(request, f.PDU); err != nil {
			b.Fatal(err)
		}
	}
}
