package iec104

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// zoneOf returns the zone of a station's clock: a name of the IANA, or a distance from UTC as +01:00.
func zoneOf(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if at, err := time.Parse("-07:00", name); err == nil {
		_, seconds := at.Zone()
		return time.FixedZone(name, seconds), nil
	}
	if name == "Local" {
		return nil, fmt.Errorf("name the zone: it is the station's and not this machine's")
	}
	return time.LoadLocation(name)
}

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
