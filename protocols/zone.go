package protocols

import (
	"fmt"
	"time"
)

// ZoneOf returns the zone of a device's clock: a name of the IANA, or a distance from UTC as +01:00 for a clock without summer
// time. "" is UTC.
func ZoneOf(name string) (*time.Location, error) {
	if name == "" {
		return time.UTC, nil
	}
	if at, err := time.Parse("-07:00", name); err == nil {
		_, seconds := at.Zone()
		return time.FixedZone(name, seconds), nil
	}
	if name == "Local" {
		return nil, fmt.Errorf("name the zone: it is the device's and not this machine's")
	}
	return time.LoadLocation(name)
}
