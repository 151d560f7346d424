package iec104

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// How far a time of a station may be off this node's clock: what is further ahead, or older, is of a clock that was never
// set.
const (
	ahead  = time.Hour
	behind = 365 * 24 * time.Hour
)

// instant returns when a station says that something was, in ns since the Unix epoch; 0 where it does not say, or cannot be
// believed: then the time of arrival is all that is known.
func instant(t apdu.Time, zone *time.Location, now time.Time) int64 {
	at, ok := t.In(zone)
	if !ok || at.After(now.Add(ahead)) || at.Before(now.Add(-behind)) {
		return 0
	}
	return at.UnixNano()
}
