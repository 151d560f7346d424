package record_test

import (
	"errors"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

// clock is moved by the test.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

func newRecorder() (*record.Recorder, *clock) {
	c := &clock{at: time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)}
	return record.NewRecorder(c.now), c
}

func start(t *testing.T, r *record.Recorder, l record.Limits) {
	t.Helper()
	if err := r.Start(l); err != nil {
		t.Fatal(err)
	}
}

func recording(t *testing.T, r *record.Recorder) *record.Recording {
	t.Helper()
	got, err := r.Recording()
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestNothingIsKeptWhileNobodyRecords(t *testing.T) {
	r, _ := newRecorder()
	r.Note(protocols.Sent, []byte{1})
	if _, err := r.Recording(); !errors.Is(err, record.ErrNothing) {
		t.Error(err)
	}
	if s := r.State(); s != (record.State{}) {
		t.Errorf("%+v", s)
	}
	frame := make([]byte, 260)
	if n := testing.AllocsPerRun(100, func() { r.Note(protocols.Sent, frame) }); n != 0 {
		t.Errorf("a frame that nobody records allocates %v times", n)
	}
}

func TestFramesAreKeptInTheirOrderWithTheirTime(t *testing.T) {
	r, clock := newRecorder()
	start(t, r, record.DefaultLimits())
	octets := []byte{1, 2}
	clock.pass(time.Second)
	r.Note(protocols.Sent, octets)
	octets[0] = 9 // the driver's buffer is its own
	clock.pass(time.Second)
	r.Note(protocols.Received|protocols.Masked, []byte{3})
	if err := r.Start(record.DefaultLimits()); !errors.Is(err, record.ErrRecording) {
		t.Errorf("started twice: %v", err)
	}
	clock.pass(time.Second)
	r.Stop()
	clock.pass(time.Hour)
	r.Note(protocols.Sent, octets)
	got := recording(t, r)
	if len(got.Frames) != 2 || got.Header.Length != 3*time.Second {
		t.Fatalf("%+v", got)
	}
	if f := got.Frames[0]; f.At != time.Second || f.Data[0] != 1 || f.Note != protocols.Sent {
		t.Errorf("%+v", f)
	}
	if f := got.Frames[1]; f.At != 2*time.Second || f.Note.Kind() != protocols.Received || f.Note == f.Note.Kind() {
		t.Errorf("%+v", f)
	}
	r.Clear()
	if _, err := r.Recording(); !errors.Is(err, record.ErrNothing) {
		t.Errorf("cleared: %v", err)
	}
}

func TestARecordingEndsWhenItIsFull(t *testing.T) {
	r, _ := newRecorder()
	start(t, r, record.Limits{Bytes: record.MinBytes, Time: time.Hour})
	for range 100 {
		r.Note(protocols.Sent, make([]byte, 100))
	}
	s := r.State()
	if s.Recording || !s.Full || s.Bytes > record.MinBytes || s.Frames < 10 || s.Lost != 1 {
		t.Errorf("%+v", s)
	}
}

func TestARecordingEndsWhenItsTimeIsOver(t *testing.T) {
	r, clock := newRecorder()
	start(t, r, record.Limits{Bytes: record.MinBytes, Time: time.Minute})
	r.Note(protocols.Sent, []byte{1})
	clock.pass(time.Hour)
	if s := r.State(); s.Recording || !s.Full || s.Length != time.Minute {
		t.Errorf("%+v", s)
	}
	start(t, r, record.Limits{Bytes: record.MinBytes, Time: time.Minute})
	clock.pass(time.Hour)
	r.Note(protocols.Sent, []byte{1})
	if s := r.State(); s.Recording || s.Frames != 0 || s.Length != time.Minute {
		t.Errorf("%+v", s)
	}
}

func TestARingKeepsTheNewest(t *testing.T) {
	r, clock := newRecorder()
	start(t, r, record.Limits{Bytes: record.MinBytes, Time: time.Minute, Ring: true})
	for i := range 1000 {
		clock.pass(time.Millisecond)
		r.Note(protocols.Sent, append(make([]byte, 99), byte(i)))
	}
	s, got := r.State(), recording(t, r)
	if !s.Recording || s.Bytes > record.MinBytes || uint64(s.Frames)+s.Lost != 1000 || got.Header.Lost != s.Lost || !got.Header.Ring {
		t.Errorf("%+v, %+v", s, got.Header)
	}
	if last := got.Frames[len(got.Frames)-1].Data[99]; last != byte(999%256) {
		t.Errorf("the last frame is %d", last)
	}
	clock.pass(2 * time.Minute)
	r.Note(protocols.Sent, []byte{1})
	if s := r.State(); s.Frames != 1 || s.Lost != 1000 {
		t.Errorf("what is older than the time is kept: %+v", s)
	}
}

func TestAConnectionEndsOnceAndIsKnownToBeOpen(t *testing.T) {
	r, _ := newRecorder()
	r.Note(protocols.Opened, nil)
	start(t, r, record.DefaultLimits())
	for _, n := range []protocols.Note{protocols.Cut, protocols.Closed, protocols.Closed, protocols.Opened, protocols.Closed, protocols.Cut} {
		r.Note(n, nil)
	}
	var story []string
	for _, f := range recording(t, r).Frames {
		story = append(story, f.Note.String())
	}
	want := []string{"opened", "cut", "opened", "closed"}
	if len(story) != len(want) {
		t.Fatal(story)
	}
	for i := range want {
		if story[i] != want[i] {
			t.Fatal(story)
		}
	}
}

func TestLimitsThatMakeNoSenseAreRefused(t *testing.T) {
	r, _ := newRecorder()
	for _, l := range []record.Limits{
		{},
		{Bytes: 1, Time: time.Minute},
		{Bytes: record.MaxBytes + 1, Time: time.Minute},
		{Bytes: record.MinBytes},
		{Bytes: record.MinBytes, Time: 25 * time.Hour},
	} {
		if err := r.Start(l); err == nil {
			t.Errorf("%+v was taken", l)
		}
	}
}
