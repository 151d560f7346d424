package iec104

import (
	"bytes"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// A station sends what it has kept as soon as the link is started, which is before anybody has subscribed. It is held for
// so long, and so much of it.
const (
	earlyTime  = time.Minute
	earlyCount = 1024
)

// early is what came before its subscription.
type early struct {
	until   time.Time
	claimed map[uint16]bool // stations that have, or had, a subscription
	held    [][]byte
	lost    uint64
}

func newEarly(now time.Time) early {
	return early{until: now.Add(earlyTime), claimed: map[uint16]bool{}}
}

// keep holds an ASDU of a station that nobody has claimed yet. It reports false where nobody is expected to any more.
func (e *early) keep(a *apdu.ASDU, asdu []byte, now time.Time) bool {
	if e.claimed[a.Station] {
		return true
	}
	if now.After(e.until) {
		e.held = nil
		return false
	}
	if len(e.held) == earlyCount {
		e.held, e.lost = e.held[1:], e.lost+1
	}
	e.held = append(e.held, bytes.Clone(asdu))
	return true
}

// claim returns what was held of a station, and how much was lost of what was held of all.
func (e *early) claim(station uint16) (asdus []apdu.ASDU, lost uint64) {
	e.claimed[station] = true
	others := e.held[:0]
	for _, octets := range e.held {
		if a, err := apdu.ParseASDU(octets); err == nil && a.Station == station {
			asdus = append(asdus, a)
		} else {
			others = append(others, octets)
		}
	}
	e.held = others
	lost, e.lost = e.lost, 0
	return asdus, lost
}
