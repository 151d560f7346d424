package log_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// clock is a clock that a test moves.
type clock struct{ nanos atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nanos.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.nanos.Load()) }
func (c *clock) advance(d time.Duration) { c.nanos.Add(int64(d)) }

func TestAfterAnOutageTheBacklogIsBackfillAndNewDataIsLive(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	c := n.cursor("line", log.CursorOptions{BackfillShare: 0.5})
	c.Close() // the far end is away
	for i := range 10 {
		n.appendSync(batch("boiler", i))
	}
	now.advance(time.Hour)
	c = n.cursor("line", log.CursorOptions{BackfillShare: 0.5})
	first := next(t, c)
	for i := 10; i < 20; i++ {
		n.appendSync(batch("boiler", i))
	}
	lanes := map[log.Lane][]int{}
	for e := first; ; e = next(t, c) {
		lanes[e.Lane] = append(lanes[e.Lane], number(e))
		if isBackfill := e.Batch.Origin() == tag.Backfill; isBackfill != (e.Lane == log.BackfillLane) {
			t.Errorf("%d has origin %d in lane %s", number(e), e.Batch.Origin(), e.Lane)
		}
		c.Ack(e)
		if len(lanes[0])+len(lanes[1]) == 20 {
			break
		}
	}
	mustCount(t, "backfill", lanes[log.BackfillLane], 0, 10)
	mustCount(t, "live", lanes[log.LiveLane], 10, 20)
	mustBeEmpty(t, c)
}

// mustCount fails unless the numbers are those from first up to end.
func mustCount(t testing.TB, what string, numbers []int, first, end int) {
	t.Helper()
	if len(numbers) != end-first {
		t.Fatalf("%s: %v, want %d to %d", what, numbers, first, end)
	}
	for i, n := range numbers {
		if n != first+i {
			t.Fatalf("%s: %v, want %d to %d", what, numbers, first, end)
		}
	}
}

func TestLiveDataGoesFirstWhileTheBacklogHasItsShare(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	n.cursor("line", log.CursorOptions{}).Close()
	for i := range 100 {
		n.appendSync(batch("boiler", i))
	}
	now.advance(time.Hour)
	c := n.cursor("line", log.CursorOptions{BackfillShare: 0.25})
	c.Ack(next(t, c)) // finds that it is behind
	for i := 100; i < 200; i++ {
		n.appendSync(batch("boiler", i))
	}
	lanes := [2]int{}
	for range 80 {
		e := next(t, c)
		lanes[e.Lane]++
		c.Ack(e)
	}
	if lanes[log.BackfillLane] < 18 || lanes[log.BackfillLane] > 22 {
		t.Errorf("%d of 80 were backfill, want a quarter", lanes[log.BackfillLane])
	}
}

func TestASingleLaneDeliversInTheOrderOfTheLogAsItWas(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	for i := range 10 {
		n.appendSync(batch("boiler", i))
	}
	now.advance(time.Hour)
	c := n.cursor("history", log.CursorOptions{SingleLane: true})
	for i := range 10 {
		e := next(t, c)
		if i == 5 {
			n.appendSync(batch("boiler", 10))
		}
		if number(e) != i || e.Lane != log.LiveLane || e.Batch.Origin() != tag.Live {
			t.Fatalf("entry %d is %d in lane %s with origin %d", i, number(e), e.Lane, e.Batch.Origin())
		}
	}
	if e := next(t, c); number(e) != 10 {
		t.Errorf("last is %d", number(e))
	}
}

func TestAShortInterruptionMakesNoBackfill(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	c := n.cursor("line", log.CursorOptions{})
	n.appendSync(batch("boiler", 0))
	next(t, c)
	c.Close()
	n.appendSync(batch("boiler", 1))
	now.advance(5 * time.Second)
	c = n.cursor("line", log.CursorOptions{})
	for i := range 2 {
		if e := next(t, c); number(e) != i || e.Lane != log.LiveLane {
			t.Errorf("%d in lane %s", number(e), e.Lane)
		}
	}
}

func TestLanesSurviveARestartInTheMiddleOfABacklog(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	n.cursor("line", log.CursorOptions{}).Close()
	for i := range 20 {
		n.appendSync(batch("boiler", i))
	}
	now.advance(time.Hour)
	c := n.cursor("line", log.CursorOptions{BackfillShare: 1})
	seen := map[int]int{}
	for range 5 {
		e := next(t, c)
		seen[number(e)]++
		c.Ack(e)
	}
	n.appendSync(batch("boiler", 20))
	for range 3 {
		e := next(t, c)
		seen[number(e)]++
		c.Ack(e)
	}
	n.restart()
	now.advance(time.Hour)
	c = n.cursor("line", log.CursorOptions{})
	for len(seen) < 21 {
		e := next(t, c)
		seen[number(e)]++
		c.Ack(e)
	}
	for i, times := range seen {
		if times != 1 {
			t.Errorf("%d came %d times", i, times)
		}
	}
	mustBeEmpty(t, c)
}

// TestWhatWasMovedToBackfillIsNotLiveAgain closes a cursor between an outage and
// its end: what is young enough to be live has been passed by the live lane.
func TestWhatWasMovedToBackfillIsNotLiveAgain(t *testing.T) {
	now := newClock()
	n := start(t, func(o *log.Options) { o.Now = now.Now })
	c := n.cursor("line", log.CursorOptions{})
	n.appendSync(batch("boiler", 0))
	now.advance(time.Minute)
	n.appendSync(batch("boiler", 1))
	if e := next(t, c); number(e) != 0 || e.Lane != log.BackfillLane || !c.Ack(e) {
		t.Fatalf("%d comes first, %s", number(e), e.Lane)
	}
	n.appendSync(batch("boiler", 2))
	live := next(t, c)
	for live.Lane != log.LiveLane {
		live = next(t, c)
	}
	c.Close() // the far end may have it, and the one before
	c = n.cursor("line", log.CursorOptions{})
	lanes := map[int]log.Lane{}
	for range 2 {
		e := next(t, c)
		lanes[number(e)] = e.Lane
	}
	if lanes[1] != log.BackfillLane || lanes[2] != log.LiveLane {
		t.Errorf("again: %v", lanes)
	}
}
