package s7_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/s7/plc"
)

func TestARecordedPLCIsTheSameWhenItIsPlayed(t *testing.T) {
	// Of two jobs on the way nobody knows whether the second one is sent before the first one's fault ends the session.
	bad := []faulty.Fault{0, faulty.Refusing, 0, faulty.Silent, faulty.Garbage, 0, faulty.HalfFrame, faulty.CutOff, plc.NoService, plc.Stranger, 0}
	for jobs, day := range map[string][]faulty.Fault{"1": bad, "2": {0, faulty.Refusing, 0, plc.NoService, 0}} {
		t.Run("jobs at a time: "+jobs, func(t *testing.T) { isPlayed(t, jobs, day) })
	}
}

// isPlayed has a PLC live through a day of faults, and be played.
func isPlayed(t *testing.T, jobs string, day []faulty.Fault) {
	p := listen(t, standard())
	device := func(keys string) func(t testing.TB, address string) *config.Device {
		return func(t testing.TB, address string) *config.Device {
			t.Helper()
			tags := append(words(1, 0, 2, 400), "name: text, address: DB1.DBB600, type: bytes, length: 300", "name: far, address: DB7.DBW0")
			return kit.Device(t, "tcp://"+address+"?connect_timeout=1m&max_amq="+jobs, keys, tags...)
		}
	}
	conformance.Replay{
		Kit: kit, Address: p.Address(), Device: device(""), Hasty: device("timeout: 200ms,"),
		Day: func(w *conformance.Witness, live bool) {
			for i, f := range day {
				if live {
					p.Break(f)
					p.Set(dataBlock, 1, 0, byte(i), 1, 2, byte(i))
					p.Set(dataBlock, 1, 899, byte(i))
				}
				switch f {
				case faulty.Silent, faulty.HalfFrame, plc.Stranger: // of which nothing comes, however long one waits
					w.ScanHastily()
				default:
					w.Scan()
				}
			}
		},
	}.Run(t)
}
