package iec61850_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec61850"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
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
	go func() { ended <- iec61850.Driver{}.Play(ctx, recording, listener, o) }()
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
	e := conformance.EndpointOf(c)
	e.Tap = tap
	s, err := iec61850.Driver{}.Dial(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// recordable are tags of a setting, of a control with select and termination, and one that there is not.
func recordable() []string {
	return []string{
		"name: level, address: 'BAY1LD0/PTOC1.StrVal.setMag.f [SP]', type: float32, access: rw",
		"name: breaker, address: 'BAY1LD0/XCBR1.Pos.stVal [ST]', access: rw",
		"name: missing, address: 'BAY1LD0/PTOC1.No.setMag.f [SP]'",
	}
}

// story reads, writes, and tells what came of it.
func story(t *testing.T, s protocols.Session, d protocols.Device) (told string) {
	t.Helper()
	for i := range 3 {
		row, err := conformance.Scan(t, s, d, 3)
		told += fmt.Sprintln("scan", err)
		for _, v := range row.Values {
			told += fmt.Sprintf("%s (%s) ", tag.AppendJSON(nil, v), v.Quality())
		}
		told += fmt.Sprintln("level", s.Write(t.Context(), conformance.Point(t, d, "level"), tag.IntOf(int64(i))))
		told += fmt.Sprintln("breaker", s.Write(t.Context(), conformance.Point(t, d, "breaker"), tag.IntOf(int64(1+i%2))))
		v, err := s.ReadPoint(t.Context(), conformance.Point(t, d, "breaker"))
		told += fmt.Sprintln("read", string(tag.AppendJSON(nil, v)), err)
	}
	return told
}

func TestARecordedSessionIsPlayed(t *testing.T) {
	ied := plant(t, standard())
	tap := record.NewRecorder(time.Now)
	if err := tap.Start(record.DefaultLimits()); err != nil {
		t.Fatal(err)
	}
	c := kit.Device(t, "tcp://"+ied.Address(), "", recordable()...)
	session := tapped(t, c, tap)
	want := story(t, session, kit.Compile(t, c))
	session.Close()
	tap.Stop()
	c = kit.Device(t, play(t, tap), "", recordable()...)
	ied.Set(logical, "PTOC1$SP$StrVal$setMag$f", mms.FloatOf(99))
	for turn := range 2 {
		session := kit.Dial(t, c)
		if got := story(t, session, kit.Compile(t, c)); got != want {
			t.Errorf("turn %d: it was played as\n%s\nand had been\n%s", turn, got, want)
		}
		session.Close()
	}
}
