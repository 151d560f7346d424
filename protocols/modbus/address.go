package modbus

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
)

// Address is where a device keeps a value, as a person writes it:
//
//	holding:4      the table by name, and the number, decimal or 0x hexadecimal, counted from the device's base
//	holding:4.3    bit 3 of that register, 0 being the lowest
//	40005, 400005  the notation of Modicon, counted from 1: the same register as holding:4
type Address struct {
	Area   Area
	Number uint32 // as written
	Bit    int8   // of the register; NoBit where the address is not of one
	text   string
	first  uint32 // what number the first of the area has; fixed by Modicon's notation, else the device's base
	fixed  bool
}

// NoBit is the Bit of an address without one.
const NoBit int8 = -1

const addressForms = "want holding:N, input:N, coil:N or discrete:N, holding:N.BIT for a bit of a register, or 40001 as Modicon counts"

// UnmarshalText reads any of the forms.
func (a *Address) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	read := Address{text: s, Bit: NoBit}
	place, bit, hasBit := strings.Cut(s, ".")
	name, number, named := strings.Cut(place, ":")
	var err error
	if named {
		err = read.parseNamed(name, number)
	} else {
		err = read.parseModicon(place)
	}
	if err == nil && hasBit {
		err = read.parseBit(bit)
	}
	if err != nil {
		return err
	}
	*a = read
	return nil
}

// parseNamed reads holding and 4.
func (a *Address) parseNamed(name, number string) error {
	var names []string
	for _, known := range areas {
		if known.name == name {
			a.Area = known.area
		}
		names = append(names, known.name)
	}
	if a.Area == 0 {
		return &config.Problem{What: fmt.Sprintf("%q is not an address: no table is called %q", a.text, name), Fix: config.DidYouMean(name, names)}
	}
	digits, base := number, 10
	if hex, ok := strings.CutPrefix(strings.ToLower(number), "0x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > 0x10000 {
		return &config.Problem{What: fmt.Sprintf("%q is not an address: %q is no number from 0 to 65535", a.text, number), Fix: addressForms}
	}
	a.Number = uint32(n)
	return nil
}

// parseModicon reads 40005 and 400005.
func (a *Address) parseModicon(digits string) error {
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || len(digits) != 5 && len(digits) != 6 {
		return &config.Problem{What: fmt.Sprintf("%q is not an address", a.text), Fix: addressForms}
	}
	for _, known := range areas {
		if known.digit == digits[0] {
			a.Area = known.area
		}
	}
	n -= uint64(digits[0]-'0') * pow10(len(digits)-1)
	if a.Area == 0 || n < 1 || n > 0x10000 {
		return &config.Problem{
			What: fmt.Sprintf("%q is not an address as Modicon counts", a.text),
			Fix:  "want 0, 1, 3 or 4 for coil, discrete, input or holding, then 0001 to 9999 or 00001 to 65536",
		}
	}
	a.Number, a.first, a.fixed = uint32(n), 1, true
	return nil
}

func pow10(n int) (p uint64) {
	for p = 1; n > 0; n-- {
		p *= 10
	}
	return p
}

// parseBit reads what follows the point.
func (a *Address) parseBit(bit string) error {
	n, err := strconv.ParseUint(bit, 10, 8)
	if err != nil || n > 15 || a.Area.hasBits() {
		return &config.Problem{What: fmt.Sprintf("%q is not an address: %q is no bit of a register", a.text, bit), Fix: "want holding:N.0 to holding:N.15, or the same of input"}
	}
	a.Bit = int8(n)
	return nil
}

// offset returns the address that goes over the wire, given the number that the device's manual gives to the first.
func (a Address) offset(base uint32) (uint32, error) {
	if a.fixed {
		base = a.first
	}
	if a.Number < base || a.Number-base > 0xFFFF {
		return 0, &config.Problem{
			What: fmt.Sprintf("%s is outside of what a device with base %d has", a.text, base),
			Fix:  fmt.Sprintf("want %d to %d", base, 0xFFFF+base),
		}
	}
	return a.Number - base, nil
}

// String returns the address as it was written.
func (a Address) String() string { return a.text }

// MarshalText writes the address as it was written.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.text), nil }

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, pattern string, secret bool) {
	return "Modbus address", `^((holding|input|coil|discrete):(0[xX][0-9A-Fa-f]+|[0-9]+)|[0134][0-9]{4,5})(\.[0-9]+)?$`, false
}
