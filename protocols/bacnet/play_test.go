package bacnet_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/simulator"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestARecordingIsPlayedAsTheDeviceThatItIsOf(t *testing.T) {
	s, d := station(t, simulator.Options{MaxAPDU: 128, Instance: 5})
	furnish(d)
	many(d)
	conformance.Replay{
		Kit: kit, Address: s.Address(),
		Device: func(t testing.TB, address string) *config.Device {
			t.Helper()
			return kit.Device(t, "udp://"+address, "instance: 5,", append(furniture(""), "name: list, address: 'device:5.object-list'")...)
		},
		Day: func(w *conformance.Witness, live bool) {
			w.Scan()
			if live {
				d.Set(temperature, wire.PresentValue, analog(30))
			}
			w.Scan()
			w.Write("setpoint", tag.FloatOf(23))
		},
	}.Run(t)
}
