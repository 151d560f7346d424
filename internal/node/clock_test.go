package node

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/storetest"
)

var (
	built = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	right = time.Date(2026, 11, 28, 6, 0, 0, 0, time.UTC)
	reset = time.Date(1970, 1, 1, 0, 0, 10, 0, time.UTC)
)

// hand is a clock that somebody holds: what it shows, and what passes.
type hand struct {
	*clockWatch
	wall    time.Time
	elapsed time.Duration
	told    []string
}

func holding(before, wall time.Time) *hand {
	return &hand{clockWatch: newClockWatch(built, before, wall, 0, false), wall: wall}
}

// pass lets time pass, and looks.
func (h *hand) pass(d time.Duration) {
	h.wall, h.elapsed = h.wall.Add(d), h.elapsed+d
	h.told = append(h.told, h.look(h.wall, h.elapsed, false)...)
}

// set sets the clock, and looks ten seconds later.
func (h *hand) set(to time.Time) {
	h.wall = to
	h.pass(10 * time.Second)
}

func TestStepsOfTheClockAreCountedAndToldAndSlewingIsNot(t *testing.T) {
	h := holding(time.Time{}, right)
	h.pass(10 * time.Second)
	h.wall = h.wall.Add(5 * time.Millisecond) // what keeping in step does
	h.pass(10 * time.Second)
	h.set(h.wall.Add(time.Hour))
	h.set(h.wall.Add(-2 * time.Hour))
	c := h.show()
	if c.Forward != 1 || c.Back != 1 || c.Last != -2*time.Hour || !c.Trusted {
		t.Errorf("the clock is %+v", c)
	}
	if len(h.told) != 2 || !strings.HasPrefix(h.told[0], "the clock was set forward by 1h0m0s") || !strings.HasPrefix(h.told[1], "the clock was set back by 2h0m0s") {
		t.Errorf("told %q", h.told)
	}
}

func TestAClockThatShowsWhatHasBeenIsNotTrustedUntilItIsSet(t *testing.T) {
	h := holding(right, reset)
	h.pass(10 * time.Second)
	h.pass(10 * time.Second)
	if h.show().Trusted || !strings.Contains(h.trouble(), "1970-01-01T00:00:30Z") {
		t.Errorf("trusted; trouble %q", h.trouble())
	}
	measured := h.wall.Add(-15 * time.Second)
	h.set(right.Add(time.Minute))
	if !h.show().Trusted || h.trouble() != "" {
		t.Errorf("not trusted: %q", h.trouble())
	}
	if got, want := time.Unix(0, h.place(measured.UnixNano(), 1, 1)), right.Add(time.Minute-15*time.Second); !got.Equal(want) {
		t.Errorf("a value measured before is placed at %s, want %s", got.UTC(), want)
	}
	if late := right.Add(-time.Hour).UnixNano(); h.place(late, 1, 1) != late {
		t.Error("a value with a time of its own is moved")
	}
}

func TestAClockThatIsSetTwiceUntilItIsRightPlacesBothStretches(t *testing.T) {
	h := holding(right, reset)
	h.pass(10 * time.Second)
	first := h.wall
	h.set(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	h.pass(10 * time.Second)
	second := h.wall
	h.set(right.Add(time.Hour))
	for name, v := range map[string]struct{ shown, want time.Time }{
		"first":  {first, right.Add(time.Hour - 20*time.Second)},
		"second": {second, right.Add(time.Hour)},
	} {
		if got := time.Unix(0, h.place(v.shown.UnixNano(), 1, 1)); got.Sub(v.want).Abs() > 10*time.Second {
			t.Errorf("the %s stretch is placed at %s, want %s", name, got.UTC(), v.want)
		}
	}
}

func TestAFloorThatAWrongClockHasLeftBehindDoesNotLastForEver(t *testing.T) {
	if !holding(built.Add(200*365*24*time.Hour), right).show().Trusted {
		t.Error("a floor of the year 2226 is believed")
	}
	h := holding(right.Add(365*24*time.Hour), right)
	if h.pass(time.Minute); h.show().Trusted {
		t.Fatal("a clock that is a year behind is trusted at once")
	}
	if h.pass(patientFor); !h.show().Trusted {
		t.Error("it is never trusted")
	}
	h = holding(right, reset)
	if h.pass(2 * patientFor); h.show().Trusted {
		t.Error("1970 is believed in the end")
	}
	if !newClockWatch(built, right.Add(time.Hour), right, 0, true).show().Trusted {
		t.Error("a clock that the system keeps in step is not trusted")
	}
}

func TestTheHistoryHasRowsAtTheTimeThatItWasAndTheLogKeepsThemAsTheyWere(t *testing.T) {
	l, err := log.Open(log.Options{Dir: t.TempDir(), Site: storetest.Site, CommitEvery: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	run := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { run <- l.Run(ctx) }()
	defer func() {
		stop()
		if err := <-run; err != nil {
			t.Error(err)
		}
		_ = l.Close()
	}()
	cursor, err := l.Cursor("history", history.CursorOptions())
	if err != nil {
		t.Fatal(err)
	}
	h := holding(right, reset)
	source := placed{cursor, h.clockWatch}
	h.pass(10 * time.Second)
	id, err := l.AppendSync(ctx, storetest.Rows(storetest.Stream("boiler", 2), 1, 3, reset.Add(5*time.Second).UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := source.Next(short); err == nil {
		t.Error("the history is given rows while the clock is not trusted")
	}
	h.set(right)
	e, err := source.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if at := time.Unix(0, e.Batch.Time(0)); at.Sub(right).Abs() > time.Minute {
		t.Errorf("the row is placed at %s", at.UTC())
	}
	if got := e.Batch.Identity(2); got.Sequence != id.Sequence+2 || e.Batch.Len() != 3 || e.Batch.Schema().Name() != "boiler" {
		t.Errorf("the row is %v of %d", got, e.Batch.Len())
	}
	if !cursor.Ack(e) {
		t.Error("it cannot be acknowledged")
	}
}
