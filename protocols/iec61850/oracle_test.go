package iec61850_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	wiretap "github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/oracle"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/osi"
	"github.com/holdfast-edge/holdfast/protocols/tpkt"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	o := standard()
	o.Names = 20
	d := plant(t, o)
	d.List(logical, "LLN0$ds", mms.Name{Domain: logical, Item: "MMXU1$MX$TotW"}, mms.Name{Domain: logical, Item: "XCBR1$ST$Pos"})
	d.Reporter(logical, "LLN0$BR$brcb01", "LLN0$ds")
	c := kit.Device(t, "tcp://"+d.Address()+"?ap_title=1,3,9999,23&own_ap_title=1,1,9999,1", "ied: BAY1,",
		"name: power, address: 'LD0/MMXU1.TotW.mag.f [MX]'", "name: breaker, address: LD0/XCBR1.Pos.stVal, type: dbpos, access: rw",
		"name: direct, address: 'LD0/GGIO1.SPCSO1.stVal [ST]', access: rw", "name: selected, address: 'LD0/GGIO1.SPCSO2.stVal [ST]', access: rw",
		"name: level, address: 'LD0/PTOC1.StrVal.setMag.f [SP]', access: rw", "name: missing, address: 'LD0/PTOC1.No.setMag.f [SP]'")
	tap := wiretap.Stream(tpkt.Parse)
	s := kit.DialTapped(t, c, tap)
	at := kit.Compile(t, c)
	if _, err := conformance.Scan(t, s, at, 6); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]tag.Value{
		"breaker": tag.IntOf(2), "direct": tag.BoolOf(true), "selected": tag.BoolOf(true), "level": tag.FloatOf(2.5),
	} {
		if err := s.Write(t.Context(), conformance.Point(t, at, name), v); err != nil {
			t.Error(err)
		}
	}
	d.Blame(logical, "XCBR1$CO$Pos", 10, true)
	if err := s.Write(t.Context(), conformance.Point(t, at, "breaker"), tag.IntOf(1)); err == nil {
		t.Error("a blocked breaker was switched")
	}
	walk(t, s, "", func(protocols.Item) {})
	if err := s.Probe(t.Context(), at); err != nil {
		t.Error(err)
	}
	told := make(chan protocols.Row, 100)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.(protocols.Subscriber).Subscribe(ctx, at, func(_ int, row protocols.Row) { told <- row })
	}()
	for v, came := tag.FloatOf(77), false; !came; {
		d.Set(logical, "MMXU1$MX$TotW$mag$f", mms.FloatOf(77))
		came = (<-told).Values[0].Equal(v)
	}
	conformance.Eventually(t, "the block reports", func() bool { return d.Reporting(logical, "LLN0$BR$brcb01") })
	d.Set(logical, "XCBR1$ST$Pos$stVal", mms.BitsOf(2, 1))
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	s.Close()
	frames, _ := tap.Frames(t)
	for i, told := range oracle.Dissect(t, frames...) {
		wantAsMeant(t, told, frames[i])
	}
}

// walk browses everything.
func walk(t *testing.T, s protocols.Session, address string, found func(protocols.Item)) {
	t.Helper()
	var folders []string
	if err := s.(protocols.Browser).Browse(t.Context(), address, func(i protocols.Item) {
		found(i)
		if i.Folder {
			folders = append(folders, i.Address)
		}
	}); err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		walk(t, s, f, found)
	}
}

// wantAsMeant compares what tshark reads of a frame with what is read here.
func wantAsMeant(t *testing.T, told oracle.Fields, frame []byte) {
	t.Helper()
	if flaw := told.One("_ws.malformed") + told.One("_ws.expert.message"); flaw != "" {
		t.Errorf("tshark says of % x: %s", frame, flaw)
	}
	tpdu, _, err := tpkt.Parse(frame)
	if err != nil {
		t.Fatal(err)
	}
	if tpdu.Code != tpkt.Data {
		return
	}
	b, err := osi.ParseData(tpdu.Data)
	if err != nil {
		if told.One("acse.aSO_context_name") == "" {
			t.Errorf("tshark knows no association in % x, and here it is %v", frame, err)
		}
		return
	}
	p, err := mms.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := told.One("mms.invokeID"), fmt.Sprint(p.Invoke); p.Form == mms.ConfirmedRequest && got != want {
		t.Errorf("tshark reads % x as number %s, want %s", frame, got, want)
	}
	var names []mms.Name
	var values []mms.Data
	switch service := mms.ServiceOf(p); {
	case p.Form == mms.ConfirmedRequest && service == mms.Read:
		names, _, err = mms.ParseReadRequest(p.Body)
	case p.Form == mms.ConfirmedRequest && service == mms.Write:
		names, values, err = mms.ParseWriteRequest(p.Body)
	case p.Form == mms.ConfirmedResponse && service == mms.Read:
		values, err = mms.ParseData(inside(p.Body))
	case p.Form == mms.Unconfirmed:
		var r mms.Report
		r, err = mms.ParseReport(p)
		names, values = r.Names, r.Values
	}
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, told, names)
	wantValues(t, told, values)
}

// inside returns the list of values of a response to a read.
func inside(body []byte) []byte { return body[len(body)-lengthOf(body):] }

// lengthOf returns how long the content of the first element is.
func lengthOf(b []byte) int {
	switch b[1] {
	case 0x81:
		return int(b[2])
	case 0x82:
		return int(b[2])<<8 | int(b[3])
	default:
		return int(b[1])
	}
}

func wantNames(t *testing.T, told oracle.Fields, names []mms.Name) {
	t.Helper()
	var items []string
	for _, n := range names {
		if n.Domain != "" {
			items = append(items, n.Item)
		}
	}
	if len(names) > 0 && !slices.Equal(told["mms.itemId"], items) {
		t.Errorf("tshark reads %s, want %s", told["mms.itemId"], items)
	}
}

// wantValues compares the leaves of values, each kind in its order.
func wantValues(t *testing.T, told oracle.Fields, values []mms.Data) {
	t.Helper()
	want := map[string][]string{}
	var walk func(values []mms.Data)
	walk = func(values []mms.Data) {
		for _, d := range values {
			switch d.Kind {
			case mms.Integer:
				want["mms.integer"] = append(want["mms.integer"], fmt.Sprint(d.Int))
			case mms.Unsigned:
				want["mms.unsigned"] = append(want["mms.unsigned"], fmt.Sprint(d.Int))
			case mms.Boolean:
				want["mms.boolean"] = append(want["mms.boolean"], fmt.Sprint(d.Int))
			case mms.Visible:
				want["mms.data.visible-string"] = append(want["mms.data.visible-string"], string(d.Octets))
			case mms.BitString:
				want["mms.data_bit-string"] = append(want["mms.data_bit-string"], fmt.Sprintf("%x", d.Octets))
			case mms.UTCTime:
				at, _, _ := d.Time()
				want["mms.utc_time"] = append(want["mms.utc_time"], at.Format("Jan _2, 2006 15:04:05"))
			case mms.Failure:
				want["mms.failure"] = append(want["mms.failure"], fmt.Sprint(d.Int))
			}
			walk(d.Items)
		}
	}
	walk(values)
	for name, list := range want {
		got := told[name]
		if name == "mms.utc_time" {
			for i := range got {
				got[i], _, _ = strings.Cut(got[i], ".")
			}
		}
		if !slices.Equal(got, list) {
			t.Errorf("tshark reads %s as %q, want %q", name, got, list)
		}
	}
}
