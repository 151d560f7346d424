package iec104_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	wiretap "github.com/holdfast-edge/holdfast/protocols/conformance/oracle"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/oracle"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address()+"?originator=3", "station: 1, counters: 1h, set_clock: 1h, terminated: true,", plantTags()...)
	tap := wiretap.Stream(apdu.Parse)
	session := kit.DialTapped(t, c, tap)
	d := kit.Compile(t, c)
	rows, _ := conformance.Watch(t, session, d)
	conformance.Await(t, rows, "the counters are told", conformance.Has(7, tag.IntOf(1)))
	for _, h := range everyCommand() {
		if err := session.Write(t.Context(), conformance.Point(t, d, h.tag), h.v); err != nil {
			t.Fatal(err)
		}
	}
	station.Set(apdu.Object{Address: current, Float: 5})
	conformance.Await(t, rows, "a change is told", conformance.Has(6, tag.FloatOf(5)))
	if _, err := session.ReadPoint(t.Context(), conformance.Point(t, d, "current")); err != nil {
		t.Fatal(err)
	}
	if err := session.Probe(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if err := session.Close(); err != nil {
		t.Fatal(err)
	}
	frames, _ := tap.Frames(t)
	for i, told := range oracle.Dissect(t, frames...) {
		wantAsMeant(t, told, frames[i])
	}
}

// wantAsMeant compares what tshark reads of a frame with what is read here.
func wantAsMeant(t *testing.T, told oracle.Fields, frame []byte) {
	t.Helper()
	f, _, err := apdu.Parse(frame)
	if err != nil {
		t.Fatal(err)
	}
	if bad := told.One("_ws.malformed") + told.One("_ws.expert.message") + told.One("short_asdu"); bad != "" {
		t.Errorf("tshark says of % x: %s", frame, bad)
	}
	if f.Format != apdu.I {
		return
	}
	a, err := apdu.ParseASDU(f.ASDU)
	if err != nil {
		t.Fatal(err)
	}
	addresses := make([]string, 0, a.Len())
	for i := range a.Len() {
		addresses = append(addresses, strconv.Itoa(int(a.At(i).Address)))
	}
	got := fmt.Sprint(told.One("tx"), told.One("rx"), told.One("typeid"), told.One("causetx"), told.One("addr"), told.One("oa"), told["ioa"])
	want := fmt.Sprint(strconv.Itoa(int(f.Send)), strconv.Itoa(int(f.Receive)), strconv.Itoa(int(a.Type)), strconv.Itoa(int(a.Cause)),
		strconv.Itoa(int(a.Station)), strconv.Itoa(int(a.Originator)), addresses)
	if got != want {
		t.Errorf("tshark reads % x as %s, want %s", frame, got, want)
	}
}
