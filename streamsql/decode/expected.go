package decode

import (
	"bytes"
	"math"
)

// expected is what stood before a value of the last message: senders send the same
// names in the same order, and write them in the same way.
type expected struct {
	lead    string // from behind the value before: the comma, the name, the colon
	broken  bool   // it has a line break
	targets []target
	first   int    // the lowest slot of the targets
	dates   bool   // it is the time of the row
	field   uint64 // its bit, where there is one target, which is exact and of the first 64; else 0
}

const (
	mostExpected = 256               // names that are expected
	longestLead  = longestName + 128 // of what is expected
)

// expect notes what stands at a place from now on.
func (d *Decoder) expect(place int, lead, name []byte, found []target) *expected {
	e := expected{broken: bytes.ContainsAny(lead, "\n\r"), targets: found, first: math.MaxInt}
	e.dates = d.options.Timestamp != "" && string(name) == d.options.Timestamp
	for _, t := range found {
		e.first = min(e.first, t.slot)
	}
	if len(found) == 1 && found[0].exact && found[0].slot < 64 {
		e.field = 1 << found[0].slot
	}
	if place >= mostExpected || len(lead) > longestLead || place > len(d.expected) {
		return &e // nothing is expected behind a place that is not
	}
	e.lead = string(lead)
	d.expected = append(d.expected[:place], e)
	return &d.expected[place]
}
