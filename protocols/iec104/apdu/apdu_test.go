package apdu_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(string(bytes.ReplaceAll([]byte(text), []byte(" "), nil)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestFramesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]apdu.Frame{
		"68 04 07 00 00 00": {Format: apdu.U, Function: apdu.StartAct},
		"68 04 0B 00 00 00": {Format: apdu.U, Function: apdu.StartCon},
		"68 04 13 00 00 00": {Format: apdu.U, Function: apdu.StopAct},
		"68 04 23 00 00 00": {Format: apdu.U, Function: apdu.StopCon},
		"68 04 43 00 00 00": {Format: apdu.U, Function: apdu.TestAct},
		"68 04 83 00 00 00": {Format: apdu.U, Function: apdu.TestCon},
		"68 04 01 00 02 00": {Format: apdu.S, Receive: 1},
		"68 04 01 00 FE FF": {Format: apdu.S, Receive: 32767},
		"68 0E 4E 14 7C 00 65 01 0A 00 0C 00 00 00 00 05": {
			Format: apdu.I, Send: 2599, Receive: 62, ASDU: []byte{0x65, 1, 0x0A, 0, 0x0C, 0, 0, 0, 0, 5},
		},
	} {
		b := octets(t, text)
		got, n, err := apdu.Parse(append(bytes.Clone(b), 0x68, 4))
		if err != nil || n != len(b) || got.Format != want.Format || got.Function != want.Function || got.Send != want.Send ||
			got.Receive != want.Receive || !bytes.Equal(got.ASDU, want.ASDU) {
			t.Errorf("%s is %+v, %d, %v", text, got, n, err)
		}
		if again := written(got); !bytes.Equal(again, b) {
			t.Errorf("%s is written as % x", text, again)
		}
		for cut := range b {
			if _, n, err := apdu.Parse(b[:cut]); n != 0 || err != nil {
				t.Errorf("%d octets of %s: %d, %v", cut, text, n, err)
			}
		}
	}
}

// written returns the octets of a frame.
func written(f apdu.Frame) []byte {
	switch f.Format {
	case apdu.I:
		return apdu.AppendI(nil, f.Send, f.Receive, f.ASDU)
	case apdu.S:
		return apdu.AppendS(nil, f.Receive)
	default:
		return apdu.AppendU(nil, f.Function)
	}
}

func TestWhatIsNoFrameIsRefused(t *testing.T) {
	for _, text := range []string{
		"67", "16 04", "68 03", "68 FE", "68 04 00 00 00 00", "68 04 01 00 01 00", "68 04 01 01 00 00", "68 05 01 00 00 00 00",
		"68 04 0F 00 00 00", "68 04 07 00 02 00", "68 04 03 00 00 00", "68 05 00 00 01 00 01",
	} {
		if f, n, err := apdu.Parse(octets(t, text)); !errors.Is(err, apdu.ErrFrame) || n != 0 {
			t.Errorf("%s is %+v, %d, %v", text, f, n, err)
		}
	}
}

// asdus are octets whose meaning was taken from tshark's dissection, see oracle_test.go for every type.
var asdus = map[string]struct {
	header  apdu.Header
	objects []apdu.Object
}{
	"01 82 14 00 01 00 64 00 00 01 80": {
		apdu.Header{Type: apdu.SinglePoint, Cause: apdu.InterrogatedStation, Sequence: true, Station: 1},
		[]apdu.Object{{Address: 100, Int: 1}, {Address: 101, Quality: apdu.Invalid}},
	},
	"03 01 03 00 02 01 01 02 03 42": {
		apdu.Header{Type: apdu.DoublePoint, Cause: apdu.Spontaneous, Station: 258},
		[]apdu.Object{{Address: 0x030201, Int: 2, Quality: apdu.NotTopical}},
	},
	"05 01 03 00 01 00 01 00 00 C0 01": {
		apdu.Header{Type: apdu.StepPosition, Cause: apdu.Spontaneous, Station: 1},
		[]apdu.Object{{Address: 1, Int: -64, Transient: true, Quality: apdu.Overflow}},
	},
	"09 01 01 00 01 00 01 00 00 00 80 10": {
		apdu.Header{Type: apdu.Normalized, Cause: apdu.Periodic, Station: 1},
		[]apdu.Object{{Address: 1, Int: -32768, Quality: apdu.Blocked}},
	},
	"24 01 03 05 01 00 A1 0F 00 9A 99 AD 41 00 39 30 3B 97 DC 0B 1A": {
		apdu.Header{Type: apdu.FloatTime, Cause: apdu.Spontaneous, Originator: 5, Station: 1},
		[]apdu.Object{{Address: 4001, Float: 21.7, Time: apdu.Time{
			Milli: 12345, Minute: 59, Hour: 23, Day: 28, Weekday: 6, Month: 11, Year: 26, Summer: true,
		}}},
	},
	"2D 01 47 00 01 00 70 17 00 81": {
		apdu.Header{Type: apdu.SingleCommand, Cause: apdu.ActivationCon, Negative: true, Station: 1},
		[]apdu.Object{{Address: 6000, Int: 1, Qualifier: apdu.Select}},
	},
	"0F 01 25 00 01 00 01 00 00 FF FF FF FF A3": {
		apdu.Header{Type: apdu.Totals, Cause: apdu.InterrogatedCounters, Station: 1},
		[]apdu.Object{{Address: 1, Int: -1, Quality: apdu.Invalid, Qualifier: apdu.CounterCarry | 3}},
	},
	"66 01 05 00 01 00 01 00 00": {apdu.Header{Type: apdu.Read, Cause: apdu.Request, Station: 1}, []apdu.Object{{Address: 1}}},
}

func TestASDUsAreReadAndWritten(t *testing.T) {
	for text, want := range asdus {
		b := octets(t, text)
		a, err := apdu.ParseASDU(b)
		if err != nil || a.Header != want.header || a.Len() != len(want.objects) {
			t.Errorf("%s is %+v, %v", text, a, err)
			continue
		}
		for i, o := range want.objects {
			if got := a.At(i); got != o {
				t.Errorf("%s: object %d is %+v, want %+v", text, i, got, o)
			}
		}
		if again, err := apdu.Append(nil, want.header, want.objects...); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s is written as % x, %v", text, again, err)
		}
	}
}

func TestAnASDUWithTooFewOrTooManyOctetsIsRefused(t *testing.T) {
	for text := range asdus {
		b := octets(t, text)
		for cut := range b {
			if a, err := apdu.ParseASDU(b[:cut]); !errors.Is(err, apdu.ErrASDU) {
				t.Errorf("%d octets of %s are %+v, %v", cut, text, a, err)
			}
		}
		if a, err := apdu.ParseASDU(append(b, 0)); !errors.Is(err, apdu.ErrASDU) {
			t.Errorf("%s 00 is %+v, %v", text, a, err)
		}
	}
	if _, err := apdu.ParseASDU(octets(t, "01 00 03 00 01 00")); !errors.Is(err, apdu.ErrASDU) {
		t.Errorf("without objects: %v", err)
	}
}

func TestAnUnknownTypeKeepsItsHeader(t *testing.T) {
	a, err := apdu.ParseASDU(octets(t, "7D 01 2C 00 07 00 01 02 03"))
	if !errors.Is(err, apdu.ErrUnknownType) || a.Type != 125 || a.Cause != apdu.UnknownType || a.Station != 7 || a.Len() != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestWhatDoesNotFitIsNotWritten(t *testing.T) {
	full := make([]apdu.Object, 128)
	for i := range full {
		full[i].Address = uint32(i)
	}
	single := apdu.Header{Type: apdu.SinglePoint}
	ordered := apdu.Header{Type: apdu.SinglePoint, Sequence: true}
	for what, try := range map[string]func() ([]byte, error){
		"none":              func() ([]byte, error) { return apdu.Append(nil, single) },
		"too many":          func() ([]byte, error) { return apdu.Append(nil, ordered, full...) },
		"too long":          func() ([]byte, error) { return apdu.Append(nil, single, full[:61]...) },
		"an address":        func() ([]byte, error) { return apdu.Append(nil, single, apdu.Object{Address: 1 << 24}) },
		"a gap in sequence": func() ([]byte, error) { return apdu.Append(nil, ordered, full[1], full[3]) },
	} {
		if _, err := try(); !errors.Is(err, apdu.ErrASDU) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := apdu.Append(nil, apdu.Header{Type: 99}, full[0]); !errors.Is(err, apdu.ErrUnknownType) {
		t.Error(err)
	}
	for _, kind := range everyType() {
		for _, sequence := range []bool{false, true} {
			n := apdu.Room(kind, sequence)
			h := apdu.Header{Type: kind, Sequence: sequence}
			if b, err := apdu.Append(nil, h, full[:n]...); err != nil || len(b) > apdu.MaxASDU {
				t.Errorf("%d objects of %v: %d octets, %v", n, kind, len(b), err)
			}
			if b, err := apdu.Append(nil, h, full[:n+1]...); err == nil {
				t.Errorf("%d objects of %v are %d octets", n+1, kind, len(b))
			}
		}
	}
}

func TestObjectsAreReadWithoutAllocating(t *testing.T) {
	b := measured(t)
	sum := float32(0)
	allocations := testing.AllocsPerRun(100, func() {
		f, _, err := apdu.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		a, err := apdu.ParseASDU(f.ASDU)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Len() {
			sum += a.At(i).Float
		}
	})
	if allocations != 0 || math.IsNaN(float64(sum)) {
		t.Errorf("%v allocations", allocations)
	}
}

// measured is a frame with as many measured values with times as fit.
func measured(t testing.TB) []byte {
	t.Helper()
	objects := make([]apdu.Object, apdu.Room(apdu.FloatTime, false))
	for i := range objects {
		objects[i] = apdu.Object{Address: uint32(4000 + i), Float: float32(i), Time: samples()[0].Time}
	}
	asdu, err := apdu.Append(nil, apdu.Header{Type: apdu.FloatTime, Cause: apdu.Spontaneous, Station: 1}, objects...)
	if err != nil {
		t.Fatal(err)
	}
	return apdu.AppendI(nil, 0, 0, asdu)
}

func TestNamesAreThoseOfTheStandard(t *testing.T) {
	for got, want := range map[string]string{
		apdu.FloatTime.String(): "M_ME_TF_1", apdu.Type(200).String(): "type 200", apdu.Cause(63).String(): "cause 63",
		apdu.UnknownObject.String(): "unknown information object address", apdu.TestAct.String(): "TESTFR act",
		apdu.Function(3).String(): "U frame 0x03", (apdu.Invalid | apdu.Blocked).String(): "IV BL",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	frame := measured(b)
	objects := 0
	b.ReportAllocs()
	for b.Loop() {
		f, _, _ := apdu.Parse(frame)
		a, err := apdu.ParseASDU(f.ASDU)
		if err != nil {
			b.Fatal(err)
		}
		for i := range a.Len() {
			if o := a.At(i); o.Address == 0 {
				b.Fatal(o)
			}
		}
		objects += a.Len()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(objects), "ns/object")
}
