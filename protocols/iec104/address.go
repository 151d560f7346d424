package iec104

import (
	"fmt"
	"strconv"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// Address is the address of an information object (101 §7.2.5), as a number from 1 to 16777215; 0 is none.
type Address uint32

// UnmarshalText reads an address.
func (a *Address) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 10, 32)
	if err != nil || n == 0 || n > apdu.MaxAddress {
		return &config.Problem{
			What: fmt.Sprintf("%.40q is no address of an object", text), Fix: fmt.Sprintf("want a whole number from 1 to %d, as the station's list of points has it", apdu.MaxAddress),
		}
	}
	*a = Address(n)
	return nil
}

// MarshalText writes the address as UnmarshalText reads it.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// String returns the address as it is configured.
func (a Address) String() string { return strconv.FormatUint(uint64(a), 10) }

// DescribeText names the type for reference, schema and forms.
func (Address) DescribeText() (name, pattern string, secret bool) {
	return "object address", `^[0-9]+$`, false
}
