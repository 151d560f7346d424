package cip

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Route is the way from the device that was connected to, through ports, to a controller: "1,0" is its backplane, slot 0.
// The zero Route ends at the device itself.
type Route struct {
	text string
	path string // port segments, as they go over the wire
}

// The bits of a port segment (Vol. 1 §C-1.4.1), and the number that says that the port stands behind it.
const (
	longLink  = 0x10
	portAhead = 0x0F
)

// ParseRoute reads pairs of port and address with commas: "1,0"; "1,3,2,192.0.2.9,1,0" goes on through another module. A
// slot is a number, the address of a module on a network an IP address.
func ParseRoute(text string) (Route, error) {
	fields := strings.Split(text, ",")
	if len(fields)%2 != 0 {
		return Route{}, fmt.Errorf("want pairs of a port and an address, as 1,0")
	}
	var path []byte
	for i := 0; i < len(fields); i += 2 {
		port, err := strconv.ParseUint(strings.TrimSpace(fields[i]), 10, 16)
		if err != nil || port == 0 {
			return Route{}, fmt.Errorf("%q is no port: want 1 for the backplane, 2 for a network", fields[i])
		}
		address := strings.TrimSpace(fields[i+1])
		link, err := linkOf(address)
		if err != nil {
			return Route{}, err
		}
		path = appendPort(path, uint16(port), link)
	}
	return Route{text: text, path: string(path)}, nil
}

// linkOf returns the address behind a port: an octet for a slot, text for a network's.
func linkOf(address string) ([]byte, error) {
	if slot, err := strconv.ParseUint(address, 10, 8); err == nil {
		return []byte{byte(slot)}, nil
	}
	if _, err := netip.ParseAddr(address); err == nil {
		return []byte(address), nil
	}
	return nil, fmt.Errorf("%q is no address: want a slot from 0 to 255, or an IP address", address)
}

func appendPort(dst []byte, port uint16, link []byte) []byte {
	from := len(dst)
	dst = append(dst, byte(min(port, portAhead)))
	if len(link) > 1 {
		dst[from] |= longLink
		dst = append(dst, byte(len(link)))
	}
	if port >= portAhead {
		dst = binary.LittleEndian.AppendUint16(dst, port)
	}
	dst = append(dst, link...)
	if (len(dst)-from)%2 != 0 {
		dst = append(dst, 0)
	}
	return dst
}

// parsePort reads a port segment; n is 0 where it cannot.
func parsePort(b []byte) (s Segment, n int) {
	s = Segment{Kind: Port, Number: uint32(b[0] & portAhead)}
	length, at := 1, 1
	if b[0]&longLink != 0 {
		length, at = int(b[1]), 2
	}
	if s.Number == portAhead {
		if len(b) < at+2 {
			return s, 0
		}
		s.Number = uint32(binary.LittleEndian.Uint16(b[at:]))
		at += 2
	}
	n = at + length + (at+length)%2
	if length == 0 || s.Number == 0 || len(b) < n {
		return s, 0
	}
	s.Link = b[at : at+length]
	return s, n
}

// IsZero reports whether the way ends where it begins.
func (r Route) IsZero() bool { return r.path == "" }

// String returns the way as it was written; "none" for the zero Route.
func (r Route) String() string {
	if r.IsZero() {
		return "none"
	}
	return r.text
}

// Backplane returns the way to a slot of the chassis that the device is in.
func Backplane(slot uint8) Route {
	return Route{text: fmt.Sprintf("1,%d", slot), path: string([]byte{1, slot})}
}
