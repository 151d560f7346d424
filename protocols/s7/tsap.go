package s7

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// TSAP is an address within a host, as the engineering tools show it: two octets in hexadecimal.
type TSAP struct {
	address pdu.TSAP
	given   bool
}

// UnmarshalText reads 03.02 or 0302.
func (t *TSAP) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	octets, err := hex.DecodeString(strings.TrimPrefix(strings.Replace(s, ".", "", 1), "0x"))
	if err != nil || len(octets) != 2 {
		return &config.Problem{What: fmt.Sprintf("%q is no TSAP", s), Fix: "want two octets in hexadecimal, as 03.02"}
	}
	*t = TSAP{pdu.TSAP(octets[0])<<8 | pdu.TSAP(octets[1]), true}
	return nil
}

// String returns 03.02; nothing where none was given.
func (t TSAP) String() string {
	if !t.given {
		return ""
	}
	return t.address.String()
}

// MarshalText writes it.
func (t TSAP) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// DescribeText names the type for reference, schema and forms.
func (TSAP) DescribeText() (name, pattern string, secret bool) {
	return "TSAP", `^(0x)?[0-9A-Fa-f]{2}\.?[0-9A-Fa-f]{2}$`, false
}

// kinds are the resources of a PLC that a connection may use.
func kindOf(name string) pdu.TSAP {
	switch name {
	case "op":
		return 2
	case "basic":
		return 3
	default:
		return 1
	}
}

// ends returns the TSAPs of a connection: as they are given, or as rack and slot make them.
func (o *EndpointOptions) ends() (local, remote pdu.TSAP) {
	local, remote = 0x0100, kindOf(o.Connection)<<8|pdu.TSAP(o.Rack<<5|o.Slot)
	if o.LocalTSAP.given {
		local = o.LocalTSAP.address
	}
	if o.TSAP.given {
		remote = o.TSAP.address
	}
	return local, remote
}
