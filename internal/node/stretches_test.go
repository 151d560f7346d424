package node

import (
	"encoding/json"
	"testing"
	"time"
)

// process is a process of a node on a machine: it holds the clocks of that.
func process(m *clockMemory, boot string, wall time.Time, elapsed time.Duration, first uint64) *hand {
	h := &hand{clockWatch: newClockWatch(built, m.Shown, wall, elapsed, false), wall: wall, elapsed: elapsed}
	h.known = m.Shifts
	if m.Unsettled != nil && m.Unsettled.Boot == boot {
		h.resume(m.Unsettled)
	}
	h.began(1, first)
	return h
}

// dies returns what the process has kept of its clock, by way of the disk.
func (h *hand) dies(t *testing.T, boot string) (m clockMemory) {
	t.Helper()
	text, err := json.Marshal(clockMemory{Shown: right, Shifts: h.shifts(), Unsettled: h.left(boot)})
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mustPlace fails unless what was stamped at a time belongs to another.
func (h *hand) mustPlace(t *testing.T, stamped time.Time, position uint64, want time.Time) {
	t.Helper()
	if got := time.Unix(0, h.place(stamped.UnixNano(), 1, position)); got.Sub(want).Abs() > time.Second {
		t.Errorf("what was stamped at %s, at position %d, is placed at %s, want %s", stamped.UTC(), position, got.UTC(), want.UTC())
	}
}

func TestAProcessThatDiesBeforeTheClockIsSetLeavesItsRowsAPlace(t *testing.T) {
	first := process(&clockMemory{Shown: right}, "a", reset, 10*time.Second, 100)
	first.pass(time.Minute)
	stamped := first.wall
	memory := first.dies(t, "a")
	second := process(&memory, "a", first.wall.Add(time.Minute), first.elapsed+time.Minute, 120)
	between := second.wall
	second.pass(time.Minute)
	second.set(right.Add(time.Hour))
	if !second.show().Trusted {
		t.Fatal("the clock is not trusted")
	}
	second.mustPlace(t, stamped, 110, right.Add(time.Hour-2*time.Minute))
	second.mustPlace(t, between, 125, right.Add(time.Hour-time.Minute))
	memory = second.dies(t, "a")
	third := process(&memory, "a", right.Add(2*time.Hour), second.elapsed+time.Hour, 200)
	third.mustPlace(t, stamped, 110, right.Add(time.Hour-2*time.Minute))
	third.mustPlace(t, stamped, 201, stamped) // of another machine, by its own clock
}

func TestAClockThatIsSetBetweenTwoProcessesPlacesTheRowsOfTheFirst(t *testing.T) {
	first := process(&clockMemory{Shown: right}, "a", reset, 10*time.Second, 100)
	first.pass(time.Minute)
	stamped := first.wall
	memory := first.dies(t, "a")
	second := process(&memory, "a", right.Add(time.Hour), first.elapsed+5*time.Minute, 120)
	if !second.show().Trusted {
		t.Fatal("the clock is not trusted")
	}
	second.mustPlace(t, stamped, 110, right.Add(time.Hour-5*time.Minute))
	if !second.began(1, 120) && second.shifts()[0].Before != 120 {
		t.Errorf("known is %+v", second.shifts())
	}
}

func TestRowsOfEachBootArePlacedByTheClockOfThatBoot(t *testing.T) {
	first := process(&clockMemory{Shown: right}, "a", reset, 10*time.Second, 100)
	first.pass(time.Minute)
	stamped := first.wall
	first.set(right.Add(time.Hour))
	memory := first.dies(t, "a")
	second := process(&memory, "b", reset, 10*time.Second, 200) // the same times again
	second.pass(time.Minute)
	second.set(right.Add(100 * time.Hour))
	second.mustPlace(t, stamped, 150, right.Add(time.Hour))
	second.mustPlace(t, stamped, 250, right.Add(100*time.Hour))
}

func TestRowsOfABootThatWasNeverSetAreNotPlacedByAnother(t *testing.T) {
	lost := process(&clockMemory{Shown: right}, "a", reset, 10*time.Second, 100)
	lost.pass(time.Hour)
	stamped := lost.wall.Add(-59 * time.Minute)
	memory := lost.dies(t, "a")
	second := process(&memory, "b", reset, 10*time.Second, 200)
	second.pass(5 * time.Minute)
	second.set(right.Add(24 * time.Hour))
	second.mustPlace(t, stamped, 150, stamped)
	second.mustPlace(t, stamped, 250, right.Add(24*time.Hour-4*time.Minute))
	if got := second.place(stamped.UnixNano(), 2, 250); got != stamped.UnixNano() {
		t.Error("a row of another log is placed")
	}
}

func TestTheMachineKnowsItsBootAndHowLongAgoThatWas(t *testing.T) {
	before := sinceBoot(time.Now())
	if id := bootID(); id != bootID() || len(id) > 64 {
		t.Errorf("boot %q", id)
	}
	if after := sinceBoot(time.Now()); after < before {
		t.Errorf("%s since the boot, and then %s", before, after)
	}
}
