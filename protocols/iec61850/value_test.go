package iec61850

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAQualityBecomesTheTags(t *testing.T) {
	for want, bits := range map[tag.Quality][]int{
		tag.Good: {}, tag.Bad: {1}, tag.BadDeviceFailure: {1, 6}, tag.BadSensorFailure: {1, 4}, tag.BadOutOfRange: {1, 3}, tag.BadNoCommunication: {1, 7},
		tag.BadOutOfService: {11}, tag.Uncertain: {0, 1}, tag.UncertainLastUsable: {0, 1, 7}, tag.UncertainUnitsExceeded: {0, 1, 2},
		tag.UncertainSensorNotAccurate: {0, 1, 9}, tag.UncertainSubNormal: {0, 1, 8}, tag.UncertainSubstitute: {10},
	} {
		if got := qualityOf(mms.BitsOf(13, bits...)); got != want {
			t.Errorf("bits %v are %v, want %v", bits, got, want)
		}
	}
	if got := qualityOf(mms.BitsOf(13, 12)); got != tag.UncertainLastUsable {
		t.Errorf("operator blocked is %v", got)
	}
	if got := qualityOf(mms.IntOf(0)); !got.IsBad() {
		t.Errorf("what is no quality is %v", got)
	}
}

func TestATimeIsBelievedWhereItsClockIs(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		q    uint8
		keep bool
		want bool
	}{
		{now, 0, false, true},
		{now.Add(-48 * time.Hour), 10, false, true},
		{now, mms.ClockFailure, true, false},
		{now, mms.NotSynchronized, false, false},
		{now, mms.NotSynchronized, true, true},
		{time.Unix(1, 0), 0, false, false},
		{now.Add(2 * time.Hour), 0, false, false},
	} {
		if got := instant(mms.UTCOf(c.at, c.q), c.keep, now); (got == c.at.UnixNano()) != c.want || (got == 0) == c.want {
			t.Errorf("%v with quality %X is %d", c.at, c.q, got)
		}
	}
}

func TestAValueIsWrittenAsItsTypeSays(t *testing.T) {
	for _, c := range []struct {
		v    tag.Value
		typ  mms.Type
		want mms.Data
		ok   bool
	}{
		{tag.IntOf(127), mms.Type{Kind: mms.Integer, Size: 8}, mms.IntOf(127), true},
		{tag.IntOf(128), mms.Type{Kind: mms.Integer, Size: 8}, mms.Data{}, false},
		{tag.IntOf(-1), mms.Type{Kind: mms.Unsigned, Size: 8}, mms.Data{}, false},
		{tag.IntOf(1), mms.Type{Kind: mms.Boolean}, mms.BoolOf(true), true},
		{tag.FloatOf(0.5), mms.Type{Kind: mms.Integer, Size: 32}, mms.Data{}, false},
		{tag.FloatOf(1e39), mms.Type{Kind: mms.Float, Size: 32}, mms.Data{}, false},
		{tag.IntOf(2), mms.Type{Kind: mms.BitString, Size: 2}, mms.BitsOf(2, 0), true},
		{tag.IntOf(5), mms.Type{Kind: mms.BitString, Size: -8}, mms.BitsOf(8, 0, 2), true},
		{tag.StringOf("x"), mms.Type{Kind: mms.Visible, Size: -255}, mms.VisibleOf("x"), true},
		{tag.StringOf("x"), mms.Type{Kind: mms.Float, Size: 32}, mms.Data{}, false},
		{tag.IntOf(1), mms.Type{Kind: mms.Structure}, mms.Data{}, false},
	} {
		got, err := dataOf(c.v, c.typ)
		if (err == nil) != c.ok {
			t.Errorf("%s as %v: %v", tag.AppendJSON(nil, c.v), c.typ.Kind, err)
			continue
		}
		if back := valueOf(got); c.ok && !back.Equal(valueOf(c.want)) {
			t.Errorf("%s as %v is %s", tag.AppendJSON(nil, c.v), c.typ.Kind, tag.AppendJSON(nil, back))
		}
	}
}

func TestAReferenceIsReadInBothNotations(t *testing.T) {
	for text, want := range map[string]string{
		"LD0/MMXU1.TotW.mag.f [MX]":          "LD0/MMXU1.TotW.mag.f [MX]",
		"LD0/MMXU1.TotW.mag.f[MX]":           "LD0/MMXU1.TotW.mag.f [MX]",
		"LD0/MMXU1$MX$TotW$mag$f":            "LD0/MMXU1.TotW.mag.f [MX]",
		"LD0/XCBR1.Pos.stVal":                "LD0/XCBR1.Pos.stVal",
		"LD0/MHAI1.HA.phsAHar(3).cVal.mag.f": "LD0/MHAI1.HA.phsAHar(3).cVal.mag.f",
		"LD0/MMXU1.TotW [MX]":                "", // no attribute
		"LD0/MMXU1":                          "",
		"MMXU1.TotW.mag.f [MX]":              "",
		"LD0/MMXU1.TotW.mag.f [XX]":          "",
		"LD0/MMXU1$XX$TotW$mag$f":            "",
		"LD0/MMXU1.TotW..f [MX]":             "",
		"LD0/MMXU1.TotW.mag.f(x) [MX]":       "",
		"LD0/MMXU1.Tot W.mag [MX]":           "",
	} {
		var a Address
		err := a.UnmarshalText([]byte(text))
		if (err == nil) != (want != "") || err == nil && a.String() != want {
			t.Errorf("%s is %v, %v", text, a, err)
		}
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("LD0/MMXU1.TotW.mag.f [MX]")
	f.Add("LD0/MMXU1$MX$TotW$mag$f")
	f.Fuzz(func(t *testing.T, text string) {
		var a Address
		if a.UnmarshalText([]byte(text)) != nil {
			return
		}
		var b Address
		if err := b.UnmarshalText([]byte(a.String())); err != nil || a != b {
			t.Fatalf("%q is %v, and that is %v, %v", text, a, b, err)
		}
		_, _, _ = a.object("", "ST"), a.variable("X"), a.controls()
	})
}

func FuzzTake(f *testing.F) {
	f.Add([]byte{3, 0, 0, 7, 2, 0xF0, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, n, err := take(b); err == nil && n > 0 {
			_ = invocations{}.Question(b[:n])
			_ = invocations{}.Number(b[:n])
			_ = invocations{}.Readdress(nil, b[:n], b[:n], b[:n])
		}
	})
}
