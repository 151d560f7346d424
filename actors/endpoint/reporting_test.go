package endpoint_test

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/endpoint"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// configured runs a test on one polled device that is configured in a way of its own.
func configured(t *testing.T, configure func(*config.Device), test func(b *bench)) {
	p := newPlant("boiler")
	p.configure = configure
	over(t, p, []string{"boiler"}, test)
}

// banded gives both tags a deadband.
func banded(width float64, door bool) func(*config.Device) {
	return func(d *config.Device) {
		for i := range d.Groups[0].Tags {
			band := &config.Deadband{Absolute: &width}
			if door {
				band = &config.Deadband{SwingingDoor: &width}
			}
			d.Groups[0].Tags[i].Deadband = band
		}
	}
}

func (b *bench) set(value int64) { b.plant.with("boiler", func(u *unit) { u.value = value }) }

func TestWhatIsNoNewsIsScannedAndNotReported(t *testing.T) {
	configured(t, banded(1, false), func(b *bench) {
		boiler := b.follow("boiler")
		b.pass(20 * scan)
		if all := rows(boiler); len(all) != 1 {
			t.Errorf("%d rows of values that do not change", len(all))
		}
		b.set(2)
		b.pass(5 * scan)
		if all := rows(boiler); len(all) != 0 {
			t.Errorf("%d rows of a change within the band", len(all))
		}
		b.set(3)
		b.pass(5 * scan)
		wantRow(t, last(t, boiler), three, three)
		m := b.meter("boiler")
		if scans := m.Scans.Load(); scans < 29 || m.Suppressed.Load() != 2*(scans-2) {
			t.Errorf("%d values suppressed in %d scans", m.Suppressed.Load(), scans)
		}
	})
}

func TestALostDeviceIsBadAtOnceAndGoodAtOnceWhateverTheBand(t *testing.T) {
	for _, door := range []bool{false, true} {
		configured(t, banded(50, door), func(b *bench) {
			boiler := b.follow("boiler")
			b.pass(5 * scan)
			rows(boiler)
			b.plant.with("boiler", func(u *unit) { u.dead = true })
			b.pass(30 * scan)
			all := rows(boiler)
			if bad := all[len(all)-1]; bad.Row(0)[0].Quality() != tag.BadTimeout {
				t.Errorf("the last of %d rows is %s", len(all), bad.Row(0)[0].Quality())
			}
			b.plant.with("boiler", func(u *unit) { u.dead = false })
			b.pass(30 * time.Second)
			wantRow(t, last(t, boiler), one, one)
		})
	}
}

func TestAHeartbeatTellsThatAValueStillHolds(t *testing.T) {
	configured(t, func(d *config.Device) {
		banded(1, false)(d)
		d.Groups[0].Heartbeat = 10 * scan
	}, func(b *bench) {
		boiler := b.follow("boiler")
		b.pass(scan)
		first := last(t, boiler)
		b.pass(31 * scan)
		all := rows(boiler)
		if len(all) != 3 || all[2].ValueTime(0, 0) <= first.Time(0) {
			t.Errorf("%d rows in three heartbeats", len(all))
		}
	})
}

func TestScansAndReportsHaveIntervalsOfTheirOwn(t *testing.T) {
	configured(t, func(d *config.Device) { d.Groups[0].Report = 10 * scan }, func(b *bench) {
		boiler := b.follow("boiler")
		b.pass(41 * scan)
		if scans, all := b.meter("boiler").Scans.Load(), rows(boiler); scans < 40 || len(all) != 5 {
			t.Errorf("%d rows of %d scans", len(all), scans)
		}
	})
}

func TestNewsOfADeviceThatSendsWaitsForItsReport(t *testing.T) {
	p := newPlant("boiler")
	p.sends, p.configure = true, func(d *config.Device) { d.Groups[0].Report = 10 * scan }
	over(t, p, []string{"boiler"}, func(b *bench) {
		boiler := b.follow("boiler")
		b.pass(scan)
		b.plant.send("boiler", tag.Live, 1, one, one)
		b.pass(scan)
		wantRow(t, last(t, boiler), one, one)
		b.plant.send("boiler", tag.Live, 2, two, absent)
		b.plant.send("boiler", tag.Live, 3, three, absent)
		b.pass(scan)
		if all := rows(boiler); len(all) != 0 {
			t.Errorf("%d rows before the time", len(all))
		}
		b.pass(10 * scan)
		wantRow(t, last(t, boiler), three, one)
	})
}

// deriving gives the device a constant and what is computed of it.
func deriving(d *config.Device) {
	d.Groups[0].Static = []config.Static{{Name: "factor", Value: "10"}}
	d.Groups[0].Computed = []config.Computed{
		{Name: "product", SQL: "a * factor", Type: "float"},
		{Name: "sum", SQL: "product + b"},
		{Name: "steady", SQL: "coalesce(a, 7)"},
		{Name: "wrong", SQL: "'x' || a", Type: "text"},
		{Name: "nothing", SQL: "a / 0"},
	}
}

func wantValues(t *testing.T, b *tag.Batch, want ...tag.Value) {
	t.Helper()
	for i, w := range want {
		if got := b.Row(0)[i]; !got.Equal(w) {
			t.Errorf("%s is %s %s, want %s %s", b.Schema().Field(i).Name, tag.AppendJSON(nil, got), got.Quality(), tag.AppendJSON(nil, w), w.Quality())
		}
	}
}

func TestComputedTagsFollowTheirInputsAndTheirQuality(t *testing.T) {
	configured(t, deriving, func(b *bench) {
		boiler := b.follow("boiler")
		b.set(3)
		b.pass(2 * scan)
		ten, x := tag.IntOf(10), tag.StringOf("x3")
		wantValues(t, last(t, boiler), three, three, ten, tag.FloatOf(30), tag.FloatOf(33), three, x, tag.NullOf(tag.BadDataUnavailable))
		b.plant.with("boiler", func(u *unit) { u.dead = true })
		b.pass(10 * scan)
		bad := tag.NullOf(tag.BadTimeout)
		row := last(t, boiler)
		wantValues(t, row.Slice(0, 1), three.WithQuality(tag.BadTimeout), three.WithQuality(tag.BadTimeout), ten, bad, bad,
			tag.IntOf(7).WithQuality(tag.UncertainSubstitute), bad, bad)
	})
}

func TestAGroupThatIsOnlyComputedIsToldAtItsOwnPace(t *testing.T) {
	configured(t, func(d *config.Device) {
		d.Groups = append(d.Groups, config.Group{
			Name: "slow", Scan: 10 * scan, Static: []config.Static{{Name: "line", Value: "L1", Quality: "UncertainInitialValue"}},
			Computed: []config.Computed{{Name: "twice", SQL: "2 * a"}},
		})
	}, func(b *bench) {
		slow := b.bus.Stream("boiler.slow").Subscribe(100, 0, func() {})
		b.pass(31 * scan)
		all := rows(slow)
		if len(all) < 3 {
			t.Fatalf("%d rows", len(all))
		}
		wantValues(t, all[2], tag.StringOf("L1").WithQuality(tag.UncertainInitial), two)
	})
}

func TestAnExpressionIsCheckedBeforeAnythingStarts(t *testing.T) {
	for sql, want := range map[string]string{
		"a + c": `in the expression, at 1:5: no column is called c`,
		"sum(a": `in the expression, at 1:6`, "sum(a)": "sum is of kind aggregate", "(SELECT a)": "a query cannot stand",
		"'x'": "the expression makes text, and the tag is declared as float: change type, or CAST the value",
	} {
		d := device(t, "boiler")
		d.Groups[0].Computed = []config.Computed{{Name: "c", SQL: sql, Type: "float"}}
		if errs := endpoint.CheckDerived(d).Error(); !strings.Contains(errs, want) {
			t.Errorf("%s: %v, want %s", sql, errs, want)
		}
	}
}
