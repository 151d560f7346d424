package apdu

import "strings"

// Quality is the quality of a value, with the bits where a QDS has them (101 §7.2.6.3), whichever element it came in.
type Quality uint8

// The bits.
const (
	Overflow    Quality = 0x01 // OV: beyond the range
	Blocked     Quality = 0x10 // BL: held as it was before it was blocked
	Substituted Quality = 0x20 // SB: entered by hand or by a program
	NotTopical  Quality = 0x40 // NT: the last update did not succeed
	Invalid     Quality = 0x80 // IV: to be used for nothing

	pointBits   = Blocked | Substituted | NotTopical | Invalid // of SIQ and DIQ
	measureBits = pointBits | Overflow                         // of QDS
)

// String returns the bits by the names of the standard; empty where none is set.
func (q Quality) String() string {
	var set []string
	for _, bit := range [...]struct {
		bit  Quality
		name string
	}{{Invalid, "IV"}, {NotTopical, "NT"}, {Substituted, "SB"}, {Blocked, "BL"}, {Overflow, "OV"}} {
		if q&bit.bit != 0 {
			set = append(set, bit.name)
		}
	}
	return strings.Join(set, " ")
}

// Bits of a BCR's last octet (101 §7.2.6.9), which an Object has in its Qualifier.
const (
	CounterSequence = 0x1F // the number of the reading
	CounterCarry    = 0x20 // CY: it went round since the last reading
	CounterAdjusted = 0x40 // CA: it was set since the last reading
)

// Select is the bit of a command's qualifier that selects without executing (101 §7.2.6.26).
const Select = 0x80

// Qualifiers of what a station is asked.
const (
	WholeStation  = 20 // QOI: a general interrogation (101 §7.2.6.22); 21 to 36 are of groups
	WholeCounters = 5  // QCC: a general request of counters (101 §7.2.6.23); 1 to 4 are of groups
	TestPattern   = 0x55AA
)
