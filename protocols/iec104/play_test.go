package iec104_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/record"
	"github.com/holdfast-edge/holdfast/tag"
)

// play serves a recording, through its file, and returns its address.
func play(t *testing.T, r *record.Recorder) string {
	t.Helper()
	recording, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := recording.WriteTo(&file); err != nil {
		t.Fatal(err)
	}
	if recording, err = record.Read(&file); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	o := record.Options{Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	go func() { ended <- iec104.Driver{}.Play(ctx, recording, listener, o) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "tcp://" + listener.Addr().String()
}

// tapped opens a session with a tap.
func tapped(t *testing.T, c *config.Device, tap protocols.Tap) protocols.Session {
	t.Helper()
	s, err := iec104.Driver{}.Dial(t.Context(), protocols.Endpoint{
		URL: c.Endpoint.Parsed(), Options: c.EndpointOptions, Logger: slog.New(slog.DiscardHandler), Tap: tap,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func newRecorder(t *testing.T) *record.Recorder {
	t.Helper()
	r := record.NewRecorder(time.Now)
	if err := r.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	return r
}

// recordable are tags of a command with a time, one that is selected, and one that the station refuses.
func recordable() []string {
	return []string{
		"name: current, address: 106, type: float, command_address: 1106, access: rw, time_tag: true",
		"name: breaker, address: 100, type: single, command_address: 1100, access: rw, select: true",
		"name: missing, address: 9, type: single, access: rw",
	}
}

// story reads, writes, and tells what came of it.
func story(t *testing.T, s protocols.Session, d protocols.Device) (told string) {
	t.Helper()
	for i := range 3 {
		row := protocols.NewRow(3)
		told += fmt.Sprintln("scan", s.Read(t.Context(), d.Plans()[0], 0, row))
		for _, v := range row.Values {
			told += fmt.Sprintf("%s (%s) ", tag.AppendJSON(nil, v), v.Quality())
		}
		told += fmt.Sprintln("write", s.Write(t.Context(), conformance.Point(t, d, "current"), tag.IntOf(int64(i))))
		told += fmt.Sprintln("switch", s.Write(t.Context(), conformance.Point(t, d, "breaker"), tag.BoolOf(i%2 == 1)))
		told += fmt.Sprintln("missing", s.Write(t.Context(), conformance.Point(t, d, "missing"), tag.IntOf(1)))
		v, err := s.ReadPoint(t.Context(), conformance.Point(t, d, "current"))
		told += fmt.Sprintln("read", string(tag.AppendJSON(nil, v)), err)
	}
	return told
}

func TestARecordedSessionIsPlayed(t *testing.T) {
	s, _ := plant(t, standard())
	tap := newRecorder(t)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", recordable()...)
	session := tapped(t, c, tap)
	want := story(t, session, kit.Compile(t, c))
	session.Close()
	tap.Stop()
	c = kit.Device(t, play(t, tap), "station: 1,", recordable()...)
	for turn := range 2 {
		session := kit.Dial(t, c)
		if got := story(t, session, kit.Compile(t, c)); got != want {
			t.Errorf("turn %d: it was played as\n%s\nand had been\n%s", turn, got, want)
		}
		session.Close()
	}
}

func TestARecordedSubscriptionIsPlayedInItsOrder(t *testing.T) {
	s, station := plant(t, standard())
	tap := newRecorder(t)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", recordable()...)
	session := tapped(t, c, tap)
	rows, _ := conformance.Watch(t, session, kit.Compile(t, c))
	conformance.Await(t, rows, "the interrogation has ended", conformance.Has(2, tag.NullOf(tag.BadDataUnavailable)))
	for n := range 20 {
		station.Set(apdu.Object{Address: current, Float: float32(n)})
	}
	conformance.Await(t, rows, "the last change comes", conformance.Has(0, tag.FloatOf(19)))
	session.Close()
	tap.Stop()
	c = kit.Device(t, play(t, tap), "station: 1,", recordable()...)
	rows, _ = conformance.Watch(t, kit.Dial(t, c), kit.Compile(t, c))
	for n := range 20 {
		conformance.Await(t, rows, "a change is played", conformance.Has(0, tag.FloatOf(float64(n))))
	}
}

func TestACutConnectionIsPlayedAsOne(t *testing.T) {
	s, _ := plant(t, standard())
	tap := newRecorder(t)
	c := kit.Device(t, "tcp://"+s.Address(), "station: 1,", recordable()...)
	session, d := tapped(t, c, tap), kit.Compile(t, c)
	_ = story(t, session, d)
	s.Break(faulty.CutInFrame)
	row := protocols.NewRow(3)
	if err := session.Read(t.Context(), d.Plans()[0], 0, row); err == nil {
		t.Fatal("a cut session was read")
	}
	session.Close()
	tap.Stop()
	c = kit.Device(t, play(t, tap), "station: 1,", recordable()...)
	session, d = kit.Dial(t, c), kit.Compile(t, c)
	_ = story(t, session, d)
	err := session.Read(t.Context(), d.Plans()[0], 0, row)
	if f, ok := errors.AsType[*protocols.Fault](err); !ok || f.Scope != protocols.ScopeSession {
		t.Errorf("it was played as %v", err)
	}
}
