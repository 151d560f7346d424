package iec104

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// stampOf returns when an object was what it says; 0: when it arrived.
func (d *device) stampOf(t apdu.Type, o apdu.Object, now time.Time) int64 {
	if !t.Timed() {
		return 0
	}
	return instant(o.Time, d.zone, now)
}
