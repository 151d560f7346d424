package s7

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// Address is where a PLC keeps a value, as STEP 7 writes it, in its English or German letters:
//
//	DB10.DBX0.3   a bit of a data block; DBB4, DBW4, DBD4 an octet, a word, a double word
//	M0.1, MB4     markers; I0.0 or E0.0 inputs, Q0.0 or A0.0 outputs, with B, W and D as well
//	V0.1, VW4     the variables of a LOGO!, which are its DB1
//	T5, C3 or Z3  a timer, a counter
type Address struct {
	Area   pdu.Area
	DB     uint16
	Letter byte // X, B, W or D, as it is written; numbered of timers and counters
	Start  int  // the first octet, or the number of the timer or counter
	Bit    uint8
	text   string
}

const addressForms = "want DB10.DBX0.3, DB10.DBW2, M0.1, MW4, I0.0, QW2, T5, C3, or VW0 of a LOGO!"

// UnmarshalText reads any of the forms.
func (a *Address) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	read := Address{text: s}
	place := strings.TrimPrefix(strings.ToUpper(s), "%")
	var err error
	if block, rest, isBlock := strings.Cut(place, ".DB"); isBlock {
		place, err = rest, read.setBlock(block)
	} else {
		place, err = read.takeArea(place)
	}
	if err == nil && read.Letter != numbered {
		place = read.takeLetter(place)
	}
	if err == nil {
		err = read.setStart(place)
	}
	if err != nil {
		return err
	}
	*a = read
	return nil
}

// numbered is the Letter of timers and counters.
const numbered = '#'

// setBlock takes DB10.
func (a *Address) setBlock(block string) error {
	digits, isBlock := strings.CutPrefix(block, "DB")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !isBlock || err != nil || n == 0 {
		return &config.Problem{What: fmt.Sprintf("%q is not an address: %q is no data block", a.text, block), Fix: "want DB1 to DB65535, as in DB10.DBW2"}
	}
	a.Area, a.DB = pdu.DB, uint16(n)
	return nil
}

// takeArea takes the letter of an area.
func (a *Address) takeArea(place string) (rest string, err error) {
	letter, rest := place[:min(len(place), 1)], place[min(len(place), 1):]
	switch letter {
	case "M":
		a.Area = pdu.Markers
	case "I", "E":
		a.Area = pdu.Inputs
	case "Q", "A":
		a.Area = pdu.Outputs
	case "T":
		a.Area, a.Letter = pdu.Timers, numbered
	case "C", "Z":
		a.Area, a.Letter = pdu.Counters, numbered
	case "V":
		a.Area, a.DB = pdu.DB, 1
	default:
		return "", &config.Problem{What: fmt.Sprintf("%q is not an address", a.text), Fix: addressForms}
	}
	return rest, nil
}

// takeLetter takes B, W or D; X or nothing is a bit.
func (a *Address) takeLetter(place string) (rest string) {
	a.Letter = 'X'
	if place != "" && strings.IndexByte("XBWD", place[0]) >= 0 {
		a.Letter, place = place[0], place[1:]
	}
	return place
}

// setStart takes octet and bit.
func (a *Address) setStart(place string) error {
	start, bit, hasBit := strings.Cut(place, ".")
	n, err := strconv.ParseUint(start, 10, 16)
	if err != nil {
		return &config.Problem{What: fmt.Sprintf("%q is not an address: %q is no number from 0 to 65535", a.text, start), Fix: addressForms}
	}
	a.Start = int(n)
	switch {
	case a.Letter == 'X' && !hasBit:
		return &config.Problem{What: fmt.Sprintf("%q names no bit", a.text), Fix: "append .0 to .7, or write B, W or D for an octet, a word or a double word"}
	case a.Letter != 'X' && hasBit:
		return &config.Problem{What: fmt.Sprintf("%q names a bit of what is no bit", a.text), Fix: addressForms}
	case hasBit && (len(bit) != 1 || bit[0] < '0' || bit[0] > '7'):
		return &config.Problem{What: fmt.Sprintf("%q is not an address: an octet has the bits 0 to 7", a.text), Fix: addressForms}
	case hasBit:
		a.Bit = bit[0] - '0'
	}
	return nil
}

// String returns the address as it was written.
func (a Address) String() string { return a.text }

// MarshalText writes the address as it was written.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, shape string, secret bool) {
	return "S7 address", `^%?([Dd][Bb][0-9]+\.[Dd][Bb][XBWDxbwd]|[MIEQAVmieqav][BWDXbwdx]?|[TCZtcz])[0-9]+(\.[0-7])?$`, false
}

// blockName returns what a person calls an area, or a data block.
func blockName(area pdu.Area, db uint16) string {
	switch area {
	case pdu.DB:
		return fmt.Sprintf("DB%d", db)
	case pdu.Inputs:
		return "the inputs"
	case pdu.Outputs:
		return "the outputs"
	case pdu.Markers:
		return "the markers"
	case pdu.Timers:
		return "the timers"
	default:
		return "the counters"
	}
}
