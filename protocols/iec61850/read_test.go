package iec61850_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/ied"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestAValueHasTheQualityAndTimeOfItsOwnObject(t *testing.T) {
	d := plant(t, standard())
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	d.Set(logical, "MMXU1$MX$A$phsB$q", mms.BitsOf(13, 0, 1, 7))
	d.Set(logical, "MMXU1$MX$A$phsB$t", mms.UTCOf(at, 10))
	d.Set(logical, "MMXU1$MX$A$phsC$t", mms.UTCOf(at, mms.ClockFailure))
	c := kit.Device(t, "tcp://"+d.Address(), "",
		"name: a, address: BAY1LD0/MMXU1.A.phsA.cVal.mag.f", "name: b, address: BAY1LD0/MMXU1.A.phsB.cVal.mag.f",
		"name: c, address: BAY1LD0/MMXU1$MX$A$phsC$cVal$mag$f, scale: 0.5", "name: q, address: BAY1LD0/MMXU1.A.phsB.q", "name: t, address: BAY1LD0/MMXU1.A.phsB.t",
		"name: none, address: BAY1LD0/MMXU1.A.phsD.cVal.mag.f", "name: wrong, address: BAY1LD0/MMXU1.A.phsA.cVal.mag.f, type: bool",
		"name: folder, address: BAY1LD0/MMXU1.A.phsA")
	row, err := conformance.Scan(t, kit.Dial(t, c), kit.Compile(t, c), 8)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []tag.Value{
		tag.FloatOf(100), tag.FloatOf(101).WithQuality(tag.UncertainLastUsable), tag.FloatOf(51),
		tag.IntOf(1 | 2 | 1<<7).WithQuality(tag.UncertainLastUsable), tag.TimeOf(at).WithQuality(tag.UncertainLastUsable),
		tag.NullOf(tag.BadAddressUnknown), tag.NullOf(tag.BadTypeMismatch), tag.NullOf(tag.BadConfiguration),
	} {
		conformance.WantValue(t, fmt.Sprint(c.Groups[0].Tags[i].Name), row.Values[i], want)
	}
	if row.Stamps[1] != at.UnixNano() || row.Stamps[2] != 0 || row.Stamps[0] == 0 {
		t.Errorf("they are of %v", row.Stamps)
	}
}

func TestAScanIsAsManyRequestsAsItsObjectsNeed(t *testing.T) {
	o := standard()
	o.MaxPDU = 600
	d := plant(t, o)
	var tags []string
	for i := range 40 {
		d.Object(logical, fmt.Sprintf("GGIO2$MX$AnIn%d", i), "mag$f", ied.Float32(), mms.FloatOf(float32(i)))
		tags = append(tags, fmt.Sprintf("name: a%d, address: 'BAY1LD0/GGIO2.AnIn%d.mag.f [MX]'", i, i))
	}
	c := kit.Device(t, "tcp://"+d.Address(), "", tags...)
	s, at := kit.Dial(t, c), kit.Compile(t, c)
	before := 0
	for range 3 {
		row, err := conformance.Scan(t, s, at, len(tags))
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range row.Values {
			conformance.WantValue(t, tags[i], v, tag.FloatOf(float64(i)))
		}
		if reads := d.Requests(mms.Read) - before; reads != at.Plans()[0].Steps() || reads < 3 || reads > 12 {
			t.Errorf("%d requests in %d steps", reads, at.Plans()[0].Steps())
		}
		before = d.Requests(mms.Read)
	}
	if asked := d.Requests(mms.GetType); asked != len(tags) {
		t.Errorf("types were asked %d times", asked)
	}
}

func TestABrowserFindsWhatCanBeRead(t *testing.T) {
	o := standard()
	o.Names = 7
	d := plant(t, o)
	s := kit.Dial(t, kit.Device(t, "tcp://"+d.Address(), "", "name: x, address: BAY1LD0/LLN0.Mod.stVal"))
	var tags, writable []string
	walk(t, s, "", func(i protocols.Item) {
		if i.Folder {
			return
		}
		tags = append(tags, fmt.Sprintf("name: t%d, address: '%s', type: %s", len(tags), i.Address, i.Type))
		if i.Writable {
			writable = append(writable, i.Address)
		}
		if i.Value.Kind() == tag.Absent {
			t.Errorf("%s is not told", i.Address)
		}
	})
	c := kit.Device(t, "tcp://"+d.Address(), "", tags...)
	row, err := conformance.Scan(t, kit.Dial(t, c), kit.Compile(t, c), len(tags))
	if err != nil || len(tags) < 30 {
		t.Fatalf("%d found, %v", len(tags), err)
	}
	for i, v := range row.Values {
		if !v.Quality().IsGood() {
			t.Errorf("%s: %s", tags[i], v.Quality())
		}
	}
	for _, want := range []string{"BAY1LD0/XCBR1.Pos.stVal [ST]", "BAY1LD0/GGIO1.AnOut1.mxVal.f [MX]", "BAY1LD0/PTOC1.StrVal.setMag.f [SP]"} {
		if !slices.Contains(writable, want) {
			t.Errorf("%s is not writable: %s", want, writable)
		}
	}
	if slices.Contains(writable, "BAY1LD0/XCBR1.Pos.q [ST]") || slices.Contains(writable, "BAY1LD0/LLN0.Mod.stVal [ST]") {
		t.Errorf("writable: %s", writable)
	}
	for _, nowhere := range []string{"NoLD", "BAY1LD0/NoLN", "BAY1LD0/LLN0.No [ST]", "BAY1LD0/LLN0.Mod", "?"} {
		err := s.(protocols.Browser).Browse(t.Context(), nowhere, func(protocols.Item) {})
		if _, refused := errors.AsType[*protocols.Refusal](err); !refused {
			t.Errorf("%s: %v", nowhere, err)
		}
	}
}

func TestARefusedAssociationSaysWhatToCompare(t *testing.T) {
	o := standard()
	o.Transport, o.Session, o.APTitle = []byte{0, 1}, []byte{0, 2}, []byte{0x2B, 0xCE, 0x0F, 23}
	d := plant(t, o)
	for query, want := range map[string]string{
		"?ssel=0002&ap_title=1,3,9999,23": "", "?tsel=0003": "transport selector is unknown: compare tsel", "": "session selector is unknown: compare ssel",
		"?ssel=0002": "AP title: compare ap_title",
	} {
		_, err := kit.TryDial(t, kit.Device(t, "tcp://"+d.Address()+query, "", "name: x, address: BAY1LD0/LLN0.Mod.stVal"))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", query, err, want)
		}
	}
}
