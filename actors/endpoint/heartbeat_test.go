package endpoint_test

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

const heartbeat = 10 * time.Second

// beating runs a test on a unit that sends by itself, of a group with a heartbeat.
func beating(t *testing.T, change func(*config.Group), test func(b *bench)) {
	p := newPlant("boiler")
	p.sends = true
	p.configure = func(d *config.Device) {
		d.Groups[0].Heartbeat = heartbeat
		if change != nil {
			change(&d.Groups[0])
		}
	}
	over(t, p, []string{"boiler"}, func(b *bench) {
		b.pass(scan)
		test(b)
	})
}

func TestAHeartbeatTellsAgainWhatADeviceThatSendsSaidLast(t *testing.T) {
	for name, change := range map[string]func(*config.Group){"every value": nil, "a deadband": deadbands(5, false), "a swinging door": deadbands(5, true)} {
		t.Run(name, func(t *testing.T) {
			beating(t, change, func(b *bench) {
				b.plant.send("boiler", tag.Live, 1000, one, two)
				b.pass(scan)
				boiler := b.follow("boiler")
				b.pass(3*heartbeat + heartbeat/2)
				again := rows(boiler)
				if len(again) != 3 {
					t.Fatalf("%d rows in three and a half heartbeats", len(again))
				}
				for i, row := range again {
					wantRow(t, row, one, two)
					if row.ValueTime(0, 0) != 1000 || i > 0 && time.Duration(row.Time(0)-again[i-1].Time(0)) != heartbeat {
						t.Errorf("row %d is of %d, its values of %d", i, row.Time(0), row.ValueTime(0, 0))
					}
				}
			})
		})
	}
}

func TestARowPutsTheHeartbeatOff(t *testing.T) {
	beating(t, nil, func(b *bench) {
		boiler := b.follow("boiler")
		for i := range int64(4) {
			b.plant.send("boiler", tag.Live, 1000+i, tag.IntOf(i), absent)
			b.pass(heartbeat * 3 / 4)
		}
		if n := len(rows(boiler)); n != 4 {
			t.Errorf("%d rows of four that were sent", n)
		}
	})
}

func TestAHeartbeatTellsNothingThatIsNotKnownToHold(t *testing.T) {
	beating(t, nil, func(b *bench) {
		boiler := b.follow("boiler")
		b.pass(5 * heartbeat)
		if n := len(rows(boiler)); n != 0 {
			t.Fatalf("%d rows before anything was sent", n)
		}
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(5 * heartbeat)
		if row := last(t, boiler); !row.Row(0)[0].Quality().IsBad() {
			t.Fatalf("a dead device says %s", tag.AppendJSON(nil, row.Row(0)[0]))
		}
		b.pass(5 * heartbeat)
		if n := len(rows(boiler)); n != 0 {
			t.Errorf("%d rows of a dead device", n)
		}
		b.plant.with("boiler", func(u *unit) { u.dead = false })
		b.plant.disconnect(nil)
		b.pass(10 * heartbeat)
		if n := len(rows(boiler)); n != 0 {
			t.Errorf("%d rows of a session in which nothing was sent", n)
		}
	})
}

func TestNoChangeOfQualityWaitsForTheReportOfADeviceThatSends(t *testing.T) {
	beating(t, func(g *config.Group) { deadbands(5, false)(g); g.Report = time.Hour }, func(b *bench) {
		b.plant.send("boiler", tag.Live, 1000, one, two)
		b.pass(scan)
		boiler := b.follow("boiler")
		b.plant.send("boiler", tag.Live, 2000, two.WithQuality(tag.Uncertain), absent)
		b.pass(scan)
		wantRow(t, last(t, boiler), two.WithQuality(tag.Uncertain), two)
		b.plant.send("boiler", tag.Live, 3000, one, absent)
		b.pass(scan)
		wantRow(t, last(t, boiler), one, two)
	})
}

// deadbands gives every tag one.
func deadbands(width float64, door bool) func(*config.Group) {
	return func(g *config.Group) {
		for i := range g.Tags {
			band := &config.Deadband{Absolute: &width}
			if door {
				band = &config.Deadband{SwingingDoor: &width}
			}
			g.Tags[i].Deadband = band
		}
	}
}
