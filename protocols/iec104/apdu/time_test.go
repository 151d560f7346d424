package apdu_test

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestATimeGoesThereAndBack(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	at := time.Date(2026, 3, 29, 0, 0, 0, int(17*time.Millisecond), time.UTC)
	for range 400 * 24 * 4 {
		at = at.Add(15*time.Minute + 7919*time.Millisecond) // every second of a minute comes
		for _, z := range []*time.Location{time.UTC, berlin} {
			shown := apdu.TimeOf(at.In(z))
			if got, ok := shown.In(z); !ok || !got.Equal(at) {
				t.Fatalf("%v in %v is shown as %+v and read as %v, %v", at, z, shown, got, ok)
			}
		}
	}
}

func TestTheBitForSummerTellsTheTwoHoursOfAutumnApart(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	shown := apdu.Time{Minute: 30, Hour: 2, Day: 25, Month: 10, Year: 26}
	winter, _ := shown.In(berlin)
	shown.Summer = true
	summer, _ := shown.In(berlin)
	if !winter.Equal(time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC)) || !summer.Equal(winter.Add(-time.Hour)) {
		t.Errorf("summer %v, winter %v", summer.UTC(), winter.UTC())
	}
}

func TestABitForSummerThatContradictsTheZoneCountsForNothing(t *testing.T) {
	july := apdu.Time{Hour: 12, Day: 1, Month: 7, Year: 26}
	got, ok := july.In(zone(t, "Europe/Berlin"))
	if !ok || !got.Equal(time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("%v, %v", got, ok)
	}
	july.Summer = true
	if got, ok = july.In(time.UTC); !ok || got.Hour() != 12 {
		t.Errorf("%v, %v", got, ok)
	}
}

func TestWhatNoClockShowsIsNoTime(t *testing.T) {
	good := apdu.Time{Milli: 1, Minute: 1, Hour: 1, Day: 1, Month: 1, Year: 26}
	for what, change := range map[string]func(*apdu.Time){
		"an invalid one": func(c *apdu.Time) { c.Invalid = true }, "second 60": func(c *apdu.Time) { c.Milli = 60000 },
		"minute 60": func(c *apdu.Time) { c.Minute = 60 }, "hour 24": func(c *apdu.Time) { c.Hour = 24 },
		"day 0": func(c *apdu.Time) { c.Day = 0 }, "month 0": func(c *apdu.Time) { c.Month = 0 },
		"month 13": func(c *apdu.Time) { c.Month = 13 }, "year 100": func(c *apdu.Time) { c.Year = 100 },
		"31 February":       func(c *apdu.Time) { c.Day, c.Month = 31, 2 },
		"the hour left out": func(c *apdu.Time) { c.Day, c.Month, c.Hour = 29, 3, 2 },
	} {
		clock := good
		change(&clock)
		if at, ok := clock.In(zone(t, "Europe/Berlin")); ok {
			t.Errorf("%s is %v", what, at)
		}
	}
}
