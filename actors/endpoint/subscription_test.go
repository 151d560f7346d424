package endpoint_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/tag"
)

// sent runs a test on units that send by themselves.
func sent(t *testing.T, devices []string, test func(b *bench)) {
	p := newPlant(devices...)
	p.sends = true
	over(t, p, devices, func(b *bench) {
		b.pass(scan)
		test(b)
	})
}

// rows returns what a subscription to the bus has got since the last call.
func rows(sub *broker.Subscription) (all []*tag.Batch) {
	for b := sub.Next(); b != nil; b = sub.Next() {
		for i := range b.Len() {
			all = append(all, b.Slice(i, i+1))
		}
	}
	return all
}

// last returns the last of the rows that a subscription has got, which must be some.
func last(t *testing.T, sub *broker.Subscription) *tag.Batch {
	t.Helper()
	all := rows(sub)
	if len(all) == 0 {
		t.Fatal("no row")
	}
	return all[len(all)-1]
}

func wantRow(t *testing.T, b *tag.Batch, a, bee tag.Value) {
	t.Helper()
	for i, want := range []tag.Value{a, bee} {
		if got := b.Row(0)[i]; !got.Equal(want) {
			t.Errorf("value %d is %s %s, want %s %s", i, tag.AppendJSON(nil, got), got.Quality(), tag.AppendJSON(nil, want), want.Quality())
		}
	}
}

var (
	absent = tag.Value{}
	one    = tag.IntOf(1)
	two    = tag.IntOf(2)
	three  = tag.IntOf(3)
)

func TestADeviceThatSendsIsNotPolled(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		b.pass(100 * scan)
		if reads := b.plant.units["boiler"].reads; reads != 0 || b.state("boiler") != "polling" {
			t.Errorf("%d reads of a device that is %s", reads, b.state("boiler"))
		}
	})
}

func TestWhatHasNotChangedIsAsItWasAtItsOwnTime(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		boiler := b.follow("boiler")
		b.plant.send("boiler", tag.Live, 1000, one, absent)
		b.pass(scan)
		wantRow(t, last(t, boiler), one, tag.NullOf(tag.BadWaiting))
		b.plant.send("boiler", tag.Live, 2000, absent, two)
		b.pass(scan)
		row := last(t, boiler)
		wantRow(t, row, one, two)
		if row.ValueTime(0, 0) != 1000 || row.ValueTime(0, 1) != 2000 {
			t.Errorf("the values are of %d and %d, want 1000 and 2000", row.ValueTime(0, 0), row.ValueTime(0, 1))
		}
	})
}

func TestAValueWithoutATimeIsOfItsArrival(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		boiler, arrival := b.follow("boiler"), time.Now().UnixNano()
		b.plant.send("boiler", tag.Live, 0, one, absent)
		b.pass(scan)
		b.plant.send("boiler", tag.Live, 0, absent, two)
		b.pass(scan)
		if row := last(t, boiler); row.ValueTime(0, 0) != arrival || row.ValueTime(0, 1) != row.Time(0) {
			t.Errorf("of %d and %d in a row of %d; the first came at %d", row.ValueTime(0, 0), row.ValueTime(0, 1), row.Time(0), arrival)
		}
	})
}

func TestALostSubscriptionTurnsEveryTagBadOnceAndTheNextOneBringsThemBack(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		boiler := b.follow("boiler")
		b.plant.disconnect(nil)
		b.pass(50 * time.Millisecond)
		gone := rows(boiler)
		if len(gone) != 1 {
			t.Fatalf("%d rows", len(gone))
		}
		wantRow(t, gone[0], one.WithQuality(tag.BadConnectionClosed), two.WithQuality(tag.BadConnectionClosed))
		b.pass(20 * time.Second)
		if n := len(rows(boiler)); n != 0 || b.state("boiler") != "polling" {
			t.Fatalf("%d rows before the device sent any; it is %s", n, b.state("boiler"))
		}
		b.plant.send("boiler", tag.Live, 3000, three, absent)
		b.pass(scan)
		wantRow(t, last(t, boiler), three, two.WithQuality(tag.BadConnectionClosed))
		b.plant.send("boiler", tag.Live, 3000, absent, two)
		b.pass(scan)
		wantRow(t, last(t, boiler), three, two)
	})
}

func TestASilentDeviceIsProbedAndComesBackWithItsValues(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		boiler := b.follow("boiler")
		b.pass(time.Hour)
		if n := len(rows(boiler)); n != 0 || b.state("boiler") != "polling" {
			t.Fatalf("%d rows of a device that is well and quiet; it is %s", n, b.state("boiler"))
		}
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(20 * time.Second)
		gone := rows(boiler)
		if len(gone) != 1 || b.state("boiler") != "demoted" && b.state("boiler") != "probing" {
			t.Fatalf("%d rows of a device that is dead and %s", len(gone), b.state("boiler"))
		}
		wantRow(t, gone[0], one.WithQuality(tag.BadTimeout), two.WithQuality(tag.BadTimeout))
		b.plant.with("boiler", func(u *unit) { u.dead = false })
		b.pass(16*time.Second + silence)
		back := last(t, boiler)
		wantRow(t, back, one, two)
		if back.ValueTime(0, 0) != 1000 || b.state("boiler") != "polling" || b.plant.begun != 1 {
			t.Errorf("of %d, %s, after %d subscriptions", back.ValueTime(0, 0), b.state("boiler"), b.plant.begun)
		}
	})
}

func TestAWriteWithoutAnAnswerCostsTheOtherTagsNoMoreThanAProbe(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		boiler := b.follow("boiler")
		b.plant.with("boiler", func(u *unit) { u.lost = true })
		if r := b.ask(write.Command{Device: "boiler", Tag: "b", Value: three}); r.Outcome() != write.Unknown {
			t.Fatal(r)
		}
		b.pass(2 * time.Second)
		all := rows(boiler)
		if len(all) != 2 {
			t.Fatalf("%d rows, want a bad one and a good one", len(all))
		}
		wantRow(t, all[1], one, two)
	})
}

func TestADemotedDeviceThatSendsIsBack(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(20 * time.Second)
		boiler := b.follow("boiler")
		b.plant.send("boiler", tag.Live, 2000, three, absent)
		b.pass(scan)
		if all := rows(boiler); len(all) != 1 || b.state("boiler") != "polling" {
			t.Errorf("%d rows, %s", len(all), b.state("boiler"))
		} else {
			wantRow(t, all[0], three, two)
		}
	})
}

func TestWritesGoThroughTheLanesBesideTheSubscription(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		if r := b.ask(write.Command{Device: "boiler", Tag: "b", Value: three}); r.Outcome() != write.Verified {
			t.Error(r)
		}
	})
}

func TestWhatWasMissedIsPublishedAsBackfillAndChangesNothingOfNow(t *testing.T) {
	sent(t, []string{"boiler"}, func(b *bench) {
		b.plant.send("boiler", tag.Live, 9000, three, two)
		b.pass(scan)
		boiler := b.follow("boiler")
		b.plant.send("boiler", tag.Backfill, 5000, one, absent)
		b.pass(scan)
		row := last(t, boiler)
		wantRow(t, row, one, absent)
		if row.Origin() != tag.Backfill || row.Time(0) != 5000 {
			t.Errorf("origin %d, of %d", row.Origin(), row.Time(0))
		}
		wantRow(t, b.bus.Stream("boiler.g").Last(), three, two)
		b.plant.send("boiler", tag.Live, 9500, absent, three)
		b.pass(scan)
		wantRow(t, last(t, boiler), three, three)
	})
}

func TestARestartedDeviceIsSubscribedAnew(t *testing.T) {
	sent(t, []string{"boiler", "pump"}, func(b *bench) {
		if err := b.system.Restart(context.Background(), "/tcp:127.0.0.1:502/boiler"); err != nil {
			t.Fatal(err)
		}
		b.pass(scan)
		if b.plant.begun != 3 || b.plant.ended != 1 || b.plant.dials != 1 {
			t.Errorf("%d subscriptions, %d ended, over %d sessions", b.plant.begun, b.plant.ended, b.plant.dials)
		}
		boiler := b.follow("boiler")
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		wantRow(t, last(t, boiler), one, two)
	})
}

func TestAStoppedDeviceEndsItsSubscriptionOnly(t *testing.T) {
	sent(t, []string{"boiler", "pump"}, func(b *bench) {
		if err := b.system.Stop(context.Background(), "/tcp:127.0.0.1:502/boiler"); err != nil {
			t.Fatal(err)
		}
		b.pass(scan)
		if b.plant.ended != 1 || b.plant.dials != 1 {
			t.Errorf("%d subscriptions ended, over %d sessions", b.plant.ended, b.plant.dials)
		}
	})
}

func TestAPanicOfASubscriptionEndsTheSessionOnly(t *testing.T) {
	p := newPlant("boiler")
	p.sends, p.panics = true, true
	over(t, p, []string{"boiler"}, func(b *bench) {
		b.pass(scan)
		tree, _ := b.system.Subtree("/tcp:127.0.0.1:502/session")
		if tree.LastFailure == nil || !strings.Contains(tree.LastFailure.Stack, "fake_test.go") {
			t.Fatalf("no stack of the driver in %+v", tree.LastFailure)
		}
		p.mu.Lock()
		p.panics = false
		p.mu.Unlock()
		b.pass(11 * time.Second)
		boiler := b.follow("boiler")
		p.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		wantRow(t, last(t, boiler), one, two)
		if device, _ := b.system.Subtree("/tcp:127.0.0.1:502/boiler"); device.Restarts != 0 {
			t.Errorf("the device was restarted %d times", device.Restarts)
		}
	})
}
