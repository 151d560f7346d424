package enip_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestARecordedFaultyControllerIsTheSameWhenItIsPlayed(t *testing.T) {
	c := plant(t)
	conformance.Replay{
		Kit: kit, Address: c.Address(),
		Device: func(t testing.TB, address string) *config.Device {
			t.Helper()
			return kit.Device(t, "tcp://"+address+"?connect_timeout=1m", "",
				"name: a, address: a_dint", "name: b, address: 'Flags[33]'", "name: c, address: Profile, count: 2000", "name: d, address: nothing")
		},
		Day: func(w *conformance.Witness, live bool) {
			for i, f := range []faulty.Fault{0, 0, faulty.Garbage, 0, faulty.Refusing, faulty.CutOff, 0} {
				w.Open() // a fault of a connection that is being opened is none of a scan
				if live {
					c.Break(f)
					c.Set("a_dint", cip.DINT, tag.IntOf(int64(i)))
				}
				w.Scan()
				if live {
					c.Heal()
				}
			}
		},
	}.Run(t)
}
