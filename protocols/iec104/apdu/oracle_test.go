package apdu_test

import (
	"fmt"
	"math/bits"
	"strconv"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/oracle"
)

// everyType returns the types that are known.
func everyType() (types []apdu.Type) {
	for n := range 256 {
		if t := apdu.Type(n); t.Known() {
			types = append(types, t)
		}
	}
	return types
}

// samples are objects in which every bit of a kind is set once.
func samples() []apdu.Object {
	at := apdu.Time{Milli: 12345, Minute: 59, Hour: 23, Day: 28, Weekday: 6, Month: 11, Year: 26}
	doubtful := apdu.Time{Milli: 59999, Minute: 1, Hour: 2, Day: 1, Weekday: 1, Month: 1, Year: 99, Invalid: true, Summer: true, Substituted: true}
	return []apdu.Object{
		{Address: 1, Int: 1, Float: 21.7, Quality: apdu.Overflow | apdu.Substituted, Qualifier: 0x04, Time: at},
		{Address: 2, Int: 0, Float: -1e9, Quality: apdu.Blocked, Qualifier: apdu.Select, Transient: true, Time: doubtful},
		{Address: 3, Int: -3, Quality: apdu.Invalid, Qualifier: apdu.CounterCarry | 5, Time: at},
		{Address: 4, Int: 2, Quality: apdu.NotTopical, Qualifier: apdu.CounterAdjusted, Time: at},
	}
}

func TestTsharkReadsEveryTypeAsItWasWritten(t *testing.T) {
	var frames [][]byte
	var headers []apdu.Header
	for i, kind := range everyType() {
		h := apdu.Header{
			Type: kind, Cause: apdu.Cause(i + 1), Sequence: i%2 == 0, Negative: i%3 == 0, Test: i%5 == 0,
			Originator: uint8(i), Station: uint16(1000 * i),
		}
		asdu, err := apdu.Append(nil, h, samples()...)
		if err != nil {
			t.Fatal(err)
		}
		frames, headers = append(frames, apdu.AppendI(nil, uint16(i), uint16(apdu.Modulus-1-i), asdu)), append(headers, h)
	}
	for i, told := range oracle.Dissect(t, frames...) {
		wantFrame(t, told, i, frames[i])
		wantHeader(t, told, headers[i])
		wantObjects(t, told, headers[i].Type)
	}
}

// want compares a field of every object.
func want(t *testing.T, told oracle.Fields, of apdu.Type, field string, value func(o apdu.Object) string) {
	t.Helper()
	for i, o := range samples() {
		if got := told[field]; len(got) != len(samples()) || got[i] != value(o) {
			t.Errorf("%v: tshark reads %s of object %d as %v, want %s", of, field, i, got, value(o))
		}
	}
}

func wantFrame(t *testing.T, told oracle.Fields, i int, frame []byte) {
	t.Helper()
	for field, value := range map[string]string{
		"apdulen": strconv.Itoa(len(frame) - 2), "tx": strconv.Itoa(i), "rx": strconv.Itoa(apdu.Modulus - 1 - i),
		"_ws.malformed": "", "short_asdu": "", "_ws.expert.message": "",
	} {
		if got := told.One(field); got != value {
			t.Errorf("tshark reads %s of frame % x as %q, want %q", field, frame, got, value)
		}
	}
}

func wantHeader(t *testing.T, told oracle.Fields, h apdu.Header) {
	t.Helper()
	for field, value := range map[string]string{
		"typeid": digits(int(h.Type)), "causetx": digits(int(h.Cause)), "sq": bit(h.Sequence), "nega": bit(h.Negative),
		"test": bit(h.Test), "oa": digits(int(h.Originator)), "addr": digits(int(h.Station)), "numix": digits(len(samples())),
	} {
		if got := told.One(field); got != value {
			t.Errorf("%v: tshark reads %s as %q, want %q", h.Type, field, got, value)
		}
	}
	switch h.Type {
	case apdu.Read, apdu.TestCommand, apdu.TestCommandTime: // which tshark takes no further apart than the first address
		if got := told.One("ioa"); got != digits(int(samples()[0].Address)) {
			t.Errorf("%v: tshark reads ioa as %q", h.Type, got)
		}
	default:
		want(t, told, h.Type, "ioa", func(o apdu.Object) string { return digits(int(o.Address)) })
	}
}

// wantObjects compares what a type's objects have, by the element of the type.
func wantObjects(t *testing.T, told oracle.Fields, kind apdu.Type) {
	t.Helper()
	switch kind.Element() {
	case apdu.SIQ:
		want(t, told, kind, "siq.spi", func(o apdu.Object) string { return digits(int(o.Int & 1)) })
		wantQuality(t, told, kind, "siq.", 4)
	case apdu.DIQ:
		want(t, told, kind, "diq.dpi", func(o apdu.Object) string { return digits(int(o.Int & 3)) })
		wantQuality(t, told, kind, "diq.", 4)
	case apdu.VTI:
		want(t, told, kind, "vti.v", whole)
		want(t, told, kind, "vti.t", func(o apdu.Object) string { return bit(o.Transient) })
		wantQuality(t, told, kind, "qds.", 5)
	case apdu.BSI:
		want(t, told, kind, "bitstring", wantBits)
		wantQuality(t, told, kind, "qds.", 5)
	case apdu.NVA:
		want(t, told, kind, "normval", normalized)
		wantQuality(t, told, kind, "qds.", 5)
	case apdu.NVAPlain:
		want(t, told, kind, "normval", normalized)
	case apdu.SVA:
		want(t, told, kind, "scalval", whole)
		wantQuality(t, told, kind, "qds.", 5)
	case apdu.R32:
		want(t, told, kind, "float", float)
		wantQuality(t, told, kind, "qds.", 5)
	case apdu.BCR:
		wantCounter(t, told, kind)
	default:
		wantCommand(t, told, kind)
	}
	if kind.Timed() && kind != apdu.TestCommandTime {
		wantTime(t, told, kind)
	}
}

func wantQuality(t *testing.T, told oracle.Fields, kind apdu.Type, prefix string, count int) {
	t.Helper()
	fields := [...]struct {
		name string
		bit  apdu.Quality
	}{{"iv", apdu.Invalid}, {"nt", apdu.NotTopical}, {"sb", apdu.Substituted}, {"bl", apdu.Blocked}, {"ov", apdu.Overflow}}
	for _, f := range fields[:count] {
		want(t, told, kind, prefix+f.name, func(o apdu.Object) string { return bit(o.Quality&f.bit != 0) })
	}
}

func wantCounter(t *testing.T, told oracle.Fields, kind apdu.Type) {
	t.Helper()
	want(t, told, kind, "bcr.count", whole)
	want(t, told, kind, "bcr.sq", func(o apdu.Object) string { return digits(int(o.Qualifier & apdu.CounterSequence)) })
	want(t, told, kind, "bcr.cy", func(o apdu.Object) string { return bit(o.Qualifier&apdu.CounterCarry != 0) })
	want(t, told, kind, "bcr.ca", func(o apdu.Object) string { return bit(o.Qualifier&apdu.CounterAdjusted != 0) })
	want(t, told, kind, "bcr.iv", func(o apdu.Object) string { return bit(o.Quality&apdu.Invalid != 0) })
}

func wantCommand(t *testing.T, told oracle.Fields, kind apdu.Type) {
	t.Helper()
	switch kind.Element() {
	case apdu.SCO:
		want(t, told, kind, "sco.on", func(o apdu.Object) string { return digits(int(o.Int & 1)) })
		wantQualifier(t, told, kind, "sco.")
	case apdu.DCO:
		want(t, told, kind, "dco.on", func(o apdu.Object) string { return digits(int(o.Int & 3)) })
		wantQualifier(t, told, kind, "dco.")
	case apdu.RCO:
		want(t, told, kind, "rco.up", func(o apdu.Object) string { return digits(int(o.Int & 3)) })
		wantQualifier(t, told, kind, "rco.")
	case apdu.SetNVA:
		want(t, told, kind, "normval", normalized)
		wantSetpoint(t, told, kind)
	case apdu.SetSVA:
		want(t, told, kind, "scalval", whole)
		wantSetpoint(t, told, kind)
	case apdu.SetR32:
		want(t, told, kind, "float", float)
		wantSetpoint(t, told, kind)
	case apdu.SetBSI:
		want(t, told, kind, "bitstring", wantBits)
	case apdu.Octet:
		wantOctet(t, told, kind)
	}
}

func wantQualifier(t *testing.T, told oracle.Fields, kind apdu.Type, prefix string) {
	t.Helper()
	want(t, told, kind, prefix+"qu", func(o apdu.Object) string { return digits(int(o.Qualifier & 0x7C >> 2)) })
	want(t, told, kind, prefix+"se", func(o apdu.Object) string { return bit(o.Qualifier&apdu.Select != 0) })
}

func wantSetpoint(t *testing.T, told oracle.Fields, kind apdu.Type) {
	t.Helper()
	want(t, told, kind, "qos.ql", func(o apdu.Object) string { return digits(int(o.Qualifier & 0x7F)) })
	want(t, told, kind, "qos.se", func(o apdu.Object) string { return bit(o.Qualifier&apdu.Select != 0) })
}

func wantOctet(t *testing.T, told oracle.Fields, kind apdu.Type) {
	t.Helper()
	switch kind {
	case apdu.Interrogation:
		want(t, told, kind, "qoi", func(o apdu.Object) string { return digits(int(o.Qualifier)) })
	case apdu.CounterInterrogation:
		want(t, told, kind, "rqt", func(o apdu.Object) string { return digits(int(o.Qualifier & 0x3F)) })
		want(t, told, kind, "frz", func(o apdu.Object) string { return digits(int(o.Qualifier >> 6)) })
	case apdu.EndOfInitialization:
		want(t, told, kind, "coi_r", func(o apdu.Object) string { return digits(int(o.Qualifier & 0x7F)) })
	}
}

func wantTime(t *testing.T, told oracle.Fields, kind apdu.Type) {
	t.Helper()
	for field, of := range map[string]func(at apdu.Time) string{
		"ms":  func(at apdu.Time) string { return digits(int(at.Milli)) },
		"min": func(at apdu.Time) string { return digits(int(at.Minute)) }, "hour": func(at apdu.Time) string { return digits(int(at.Hour)) },
		"day": func(at apdu.Time) string { return digits(int(at.Day)) }, "dow": func(at apdu.Time) string { return digits(int(at.Weekday)) },
		"month": func(at apdu.Time) string { return digits(int(at.Month)) }, "year": func(at apdu.Time) string { return digits(int(at.Year)) },
		"iv": func(at apdu.Time) string { return bit(at.Invalid) }, "su": func(at apdu.Time) string { return bit(at.Summer) },
		"gen": func(at apdu.Time) string { return bit(at.Substituted) },
	} {
		want(t, told, kind, "cp56time."+field, func(o apdu.Object) string { return of(o.Time) })
	}
}

func whole(o apdu.Object) string { return digits(int(o.Int)) }

func float(o apdu.Object) string { return fmt.Sprintf("%g", o.Float) }

func normalized(o apdu.Object) string { return fmt.Sprintf("%.6g", float64(o.Int)/32768) }

// wantBits is a bit string as tshark shows it: octet by octet, where the standard begins with the lowest bit.
func wantBits(o apdu.Object) string { return fmt.Sprintf("0x%08x", bits.ReverseBytes32(uint32(o.Int))) }

func digits(n int) string { return strconv.Itoa(n) }

func bit(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func TestTsharkReadsEveryFunctionAsItWasWritten(t *testing.T) {
	functions := [...]apdu.Function{apdu.StartAct, apdu.StartCon, apdu.StopAct, apdu.StopCon, apdu.TestAct, apdu.TestCon}
	frames := [][]byte{apdu.AppendS(nil, 32767)}
	for _, f := range functions {
		frames = append(frames, apdu.AppendU(nil, f))
	}
	told := oracle.Dissect(t, frames...)
	if told[0].One("type") != "0x00000001" || told[0].One("rx") != "32767" {
		t.Errorf("S frame: %v", told[0])
	}
	for i, f := range functions {
		if got, want := told[i+1].One("utype"), fmt.Sprintf("0x%08x", uint8(f)>>2); got != want || told[i+1].One("type") != "0x00000003" {
			t.Errorf("%v is %s for tshark, want %s", f, got, want)
		}
	}
}
