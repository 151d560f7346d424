package iec104_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/iec104/oracle"
	"github.com/holdfast-edge/holdfast/tag"
)

// recorder is a tap that keeps the octets of both directions.
type recorder struct {
	mutex sync.Mutex
	went  map[protocols.Note][]byte
}

func (r *recorder) Note(n protocols.Note, octets []byte) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.went[n.Kind()] = append(r.went[n.Kind()], octets...)
}

func (*recorder) Active() bool { return true }

// frames returns the frames of a direction.
func (r *recorder) frames(t *testing.T, n protocols.Note) (frames [][]byte) {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for b := bytes.Clone(r.went[n]); len(b) > 0; {
		_, length, err := apdu.Parse(b)
		if err != nil || length == 0 {
			t.Fatalf("% x is %d, %v", b, length, err)
		}
		frames, b = append(frames, b[:length]), b[length:]
	}
	return frames
}

func TestTsharkReadsWholeSessionsAsTheyWereMeant(t *testing.T) {
	if testing.Short() {
		t.Skip("tshark takes a second to start")
	}
	s, station := plant(t, standard())
	c := kit.Device(t, "tcp://"+s.Address()+"?originator=3", "station: 1, counters: 1h, set_clock: 1h, terminated: true,", plantTags()...)
	wire := &recorder{went: map[protocols.Note][]byte{}}
	session, err := iec104.Driver{}.Dial(t.Context(), protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler), Tap: wire,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
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
	sent, received := wire.frames(t, protocols.Sent), wire.frames(t, protocols.Received)
	for i, told := range oracle.Dissect(t, slices.Concat(sent, received)...) {
		wantAsMeant(t, told, slices.Concat(sent, received)[i])
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
