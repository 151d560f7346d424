package node

import (
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

func TestAnInterlockIsOpenWhereItsConditionIsTrueOfThePlant(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	values := map[string]tag.Value{"boiler.t": tag.IntOf(3), "pump.t": tag.IntOf(4), "meter.t": tag.NullOf(tag.BadTimeout)}
	sample := func(device, name string) (tag.Sample, bool) {
		v, ok := values[device+"."+name]
		return tag.Sample{Value: v}, ok
	}
	for condition, want := range map[string]bool{
		"boiler.t = 3":                      true,
		"boiler.t = 3 AND pump.t IN (4, 5)": true,
		"boiler.t + boiler.t > pump.t":      true,
		"boiler.t > 3":                      false,
		"meter.t = 0":                       false, // it cannot be seen
		"meter.t = 0 OR boiler.t = 3":       true,
		"meter.t IS NULL":                   true,
		"TRUE":                              true,
	} {
		site := l.options(edited(t, large, "broker:", "changes: {interlock: \""+condition+"\"}\nbroker:")).Site
		lock, err := newInterlock(site)
		if err != nil {
			t.Errorf("%s: %v", condition, err)
			continue
		}
		if open, err := lock.open(sample, time.Now()); err != nil || open != want {
			t.Errorf("%s: %v, %v", condition, open, err)
		}
	}
}

func TestAnInterlockThatMakesNoSenseIsToldWithItsPlace(t *testing.T) {
	l := lives{t, t.TempDir(), components(t)}
	for condition, want := range map[string]string{
		"boiler.u = 3":      `device boiler has no tag "u"`,
		"boilr.t = 3":       `did you mean "boiler"`,
		"t = 3":             "DEVICE.TAG",
		"boiler.t =":        "at 1:11",
		"nothing(boiler.t)": "nothing",
	} {
		site := l.options(large).Site
		site.Changes.Interlock = condition
		_, errs := l.c.plan(site)
		if len(errs) == 0 || !strings.Contains(errs.Error(), want) {
			t.Errorf("%s: %v", condition, errs)
		}
	}
}
