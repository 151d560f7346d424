package rule_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/rule"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/trial"
)

// Somebody waits for a trial: NTP or a technician who sets the clock must neither
// end it at once nor have it wait for hours.
func TestALiveTrialLastsAsLongAsItWasToWhateverTheClockIsSetTo(t *testing.T) {
	for _, step := range []time.Duration{0, time.Hour, -time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			bus := broker.New(nil)
			q, err := streamsql.Compile("SELECT count(*) AS n FROM boiler GROUP BY tumble('1s')", streamsql.Sources{"boiler": {}})
			if err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			clock := func() time.Time {
				if time.Since(began) >= 3*time.Second {
					return time.Now().Add(step)
				}
				return time.Now()
			}
			const lasts = 10 * time.Second
			r, err := rule.Try(t.Context(), clock, bus, q, []broker.Input{{Streams: []string{"boiler"}}}, streamsql.Options{},
				trial.Bounds{Duration: lasts})
			if took := time.Since(began); err != nil || r.Ended != trial.TimeIsUp || took < lasts || took > lasts+time.Second {
				t.Errorf("clock set by %v: it took %v and ended by %s: %v", step, took, r.Ended, err)
			}
		})
	}
}
