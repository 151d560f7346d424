package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// octets reads hexadecimal digits with spaces for the eye.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func wantOctets(t testing.TB, got []byte, want string) {
	t.Helper()
	if w := octets(t, want); !bytes.Equal(got, w) {
		t.Errorf("got  % x\nwant % x", got, w)
	}
}

// The examples of AP §6.
func TestRequestsAreThoseOfTheStandard(t *testing.T) {
	wantOctets(t, AppendRead(nil, ReadCoils, 0x13, 0x13), "01 0013 0013")
	wantOctets(t, AppendRead(nil, ReadDiscreteInputs, 0xC4, 0x16), "02 00C4 0016")
	wantOctets(t, AppendRead(nil, ReadHolding, 0x6B, 3), "03 006B 0003")
	wantOctets(t, AppendRead(nil, ReadInput, 8, 1), "04 0008 0001")
	wantOctets(t, AppendWriteCoil(nil, 0xAC, true), "05 00AC FF00")
	wantOctets(t, AppendWriteCoil(nil, 0xAC, false), "05 00AC 0000")
	wantOctets(t, AppendWriteRegister(nil, 1, 3), "06 0001 0003")
	wantOctets(t, AppendWriteCoils(nil, 0x13, 10, []byte{0xCD, 0x01}), "0F 0013 000A 02 CD01")
	wantOctets(t, AppendWriteRegisters(nil, 1, []byte{0, 10, 1, 2}), "10 0001 0002 04 000A 0102")
	wantOctets(t, AppendMaskWrite(nil, 4, 0xF2, 0x25), "16 0004 00F2 0025")
}

func TestRepliesThatFitAreTakenApart(t *testing.T) {
	for _, c := range []struct{ request, reply, data string }{
		{"01 0013 0013", "01 03 CD6B05", "CD6B05"},
		{"02 00C4 0016", "02 03 ACDB35", "ACDB35"},
		{"03 006B 0003", "03 06 022B 0000 0064", "022B 0000 0064"},
		{"04 0008 0001", "04 02 000A", "000A"},
		{"05 00AC FF00", "05 00AC FF00", ""},
		{"06 0001 0003", "06 0001 0003", ""},
		{"0F 0013 000A 02 CD01", "0F 0013 000A", ""},
		{"10 0001 0002 04 000A 0102", "10 0001 0002", ""},
		{"16 0004 00F2 0025", "16 0004 00F2 0025", ""},
	} {
		data, err := Check(octets(t, c.request), octets(t, c.reply))
		if err != nil {
			t.Errorf("%s, %s: %v", c.request, c.reply, err)
		}
		wantOctets(t, data, c.data)
	}
}

func TestRepliesThatDoNotFitAreRefused(t *testing.T) {
	for _, c := range []struct{ why, request, reply string }{
		{"empty", "03 0000 0001", ""},
		{"another function", "03 0000 0001", "04 02 0001"},
		{"too short", "03 0000 0002", "03 04 0001"},
		{"too long", "03 0000 0001", "03 02 0001 0002"},
		{"wrong count of bytes", "03 0000 0001", "03 04 0001"},
		{"another address", "06 0001 0003", "06 0002 0003"},
		{"another value", "06 0001 0003", "06 0001 0004"},
		{"another coil", "05 0001 FF00", "05 0001 0000"},
		{"another count", "10 0001 0002 04 000A 0102", "10 0001 0001"},
		{"another mask", "16 0004 00F2 0025", "16 0004 00F2 0026"},
		{"exception of another function", "03 0000 0001", "84 02"},
		{"exception without a code", "03 0000 0001", "83"},
		{"exception zero", "03 0000 0001", "83 00"},
		{"exception too long", "03 0000 0001", "83 02 00"},
		{"no request", "", "03 02 0001"},
		{"unknown request", "2B 0000 0001", "2B 0000 0001"},
	} {
		if data, err := Check(octets(t, c.request), octets(t, c.reply)); !errors.Is(err, ErrMismatch) {
			t.Errorf("%s: data % x, error %v", c.why, data, err)
		}
	}
}

func TestAReplyWithLessThanWasAskedForIsKnownAsSuch(t *testing.T) {
	for _, c := range [][2]string{{"03 0000 0002", "03 00"}, {"04 0000 0002", "04 02 0001"}, {"01 0000 0009", "01 01 FF"}} {
		data, err := Check(octets(t, c[0]), octets(t, c[1]))
		if !errors.Is(err, ErrShort) || errors.Is(err, ErrMismatch) || data != nil {
			t.Errorf("%s, %s: % x, %v", c[0], c[1], data, err)
		}
	}
}

func TestAnExceptionIsAnErrorOfItsOwn(t *testing.T) {
	for code := Exception(1); code < 0x10; code++ {
		reply := AppendException(nil, ReadHolding, code)
		_, err := Check(octets(t, "03 0000 0001"), reply)
		if e, ok := errors.AsType[Exception](err); !ok || e != code {
			t.Errorf("exception %d came as %v", byte(code), err)
		}
		if !strings.Contains(code.Error(), "exception") {
			t.Errorf("exception %d reads %q", byte(code), code.Error())
		}
	}
}

func TestMBAPFramesAreTakenOffOneByOne(t *testing.T) {
	var buf []byte
	for i := range uint16(3) {
		buf = AppendMBAP(buf, Frame{Transaction: 0x1500 + i, Unit: byte(i), PDU: []byte{3, 2, 0, byte(i)}})
	}
	wantOctets(t, buf[:11], "1500 0000 0006 00 03020000"[:4]+"0000 0005 00"+" 03020000")
	for i := range uint16(3) {
		f, n, err := ParseMBAP(buf)
		if err != nil || f.Transaction != 0x1500+i || f.Unit != byte(i) || f.PDU[3] != byte(i) {
			t.Fatalf("frame %d: %+v, %v", i, f, err)
		}
		buf = buf[n:]
	}
	if _, n, err := ParseMBAP(buf); n != 0 || err != nil {
		t.Errorf("an empty buffer gave %d, %v", n, err)
	}
}

func TestAnUnfinishedMBAPFrameIsWaitedFor(t *testing.T) {
	whole := AppendMBAP(nil, Frame{Transaction: 7, Unit: 1, PDU: []byte{3, 2, 0, 1}})
	for n := range whole {
		if _, length, err := ParseMBAP(whole[:n]); length != 0 || err != nil {
			t.Errorf("%d bytes: %d, %v", n, length, err)
		}
	}
}

func TestBytesThatAreNoMBAPAreRecognised(t *testing.T) {
	for _, text := range []string{
		"485454502F312E312034", // HTTP/1.1 4
		"0001 0001 0006 01 0302",
		"0001 0000 0000 01",
		"0001 0000 0001 01",
		"0001 0000 00FF 01",
		"0001 0000 FFFF 01",
	} {
		if f, n, err := ParseMBAP(octets(t, text)); !errors.Is(err, ErrFraming) {
			t.Errorf("%s: %+v, %d, %v", text, f, n, err)
		}
	}
}

func TestFunctionsHaveNames(t *testing.T) {
	for _, f := range []Function{
		ReadCoils, ReadDiscreteInputs, ReadHolding, ReadInput, WriteCoil, WriteRegister, WriteCoils, WriteRegisters, MaskWrite,
	} {
		if strings.HasPrefix(f.String(), "function") {
			t.Errorf("function %d has none", byte(f))
		}
	}
	if got := Function(0x2B).String(); got != "function 43" {
		t.Error(got)
	}
}
