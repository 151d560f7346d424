package iec61850_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/tag"
)

// recordable returns a device with a setting, a control with select and termination, and a tag that there is not.
func recordable(t testing.TB, address string) *config.Device {
	t.Helper()
	return kit.Device(t, "tcp://"+address, "",
		"name: level, address: 'BAY1LD0/PTOC1.StrVal.setMag.f [SP]', type: float32, access: rw",
		"name: breaker, address: 'BAY1LD0/XCBR1.Pos.stVal [ST]', access: rw",
		"name: missing, address: 'BAY1LD0/PTOC1.No.setMag.f [SP]'")
}

func TestARecordedSessionIsPlayed(t *testing.T) {
	ied := plant(t, standard())
	conformance.Replay{
		Kit: kit, Address: ied.Address(), Device: recordable, Turns: 2,
		Day: func(w *conformance.Witness, live bool) {
			for i := range int64(3) {
				w.Scan()
				w.Write("level", tag.IntOf(i))
				w.Write("breaker", tag.IntOf(1+i%2))
				w.ReadPoint("breaker")
			}
			if live {
				ied.Set(logical, "PTOC1$SP$StrVal$setMag$f", mms.FloatOf(99))
			}
		},
	}.Run(t)
}
