package conformance

import (
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/tag"
)

func everyDisturbancePasses(t *testing.T, h Harness) {
	for _, fault := range disturbances() {
		t.Run(fault.String(), func(t *testing.T) {
			c, peer := h.start(t, brief)
			c.recover()
			if !peer.Break(fault) {
				t.Skip("this peer cannot be broken so")
			}
			for range 3 {
				values, err := c.scan()
				wantFault(t, err)
				wantUntouched(t, values)
			}
			peer.Heal()
			peer.Set(Number, tag.IntOf(77))
			wantValue(t, Number, c.recover()[Number], tag.IntOf(77))
		})
	}
}

// aLateAnswerIsDropped changes the value at each turn: an answer to an older question shows.
func aLateAnswerIsDropped(t *testing.T, h Harness) {
	c, peer := h.start(t, brief)
	for turn := range int64(5) {
		if !peer.Break(faulty.Late) {
			t.Skip("this peer cannot be made to answer late")
		}
		peer.Set(Number, tag.IntOf(100+turn))
		_, err := c.scan()
		wantFault(t, err)
		peer.Heal()
		peer.Set(Number, tag.IntOf(200+turn))
		for range 3 {
			wantValue(t, Number, c.recover()[Number], tag.IntOf(200+turn))
		}
	}
}

func aProbeTells(t *testing.T, h Harness) {
	c, peer := h.start(t, brief)
	probe := func() error {
		return c.try(func(s protocols.Session) error { return s.Probe(t.Context(), c.device) })
	}
	Eventually(c.t, "a living device answers a probe", func() bool { return probe() == nil })
	if !peer.Break(faulty.Silent) {
		t.Skip("this peer cannot be made silent")
	}
	wantFault(t, probe())
	peer.Heal()
	Eventually(c.t, "a healed device answers a probe", func() bool { return probe() == nil })
}
