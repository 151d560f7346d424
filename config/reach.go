package config

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Reach is where a tunnel may lead: HOST:PORT, where HOST is a name, an address or a prefix such as 192.0.2.0/28, and PORT a
// number or *. The zero Reach leads nowhere.
type Reach struct {
	host   string       // in lower case; of a name only
	prefix netip.Prefix // of an address too
	port   string
}

// UnmarshalText reads HOST:PORT.
func (r *Reach) UnmarshalText(text []byte) error {
	host, port, err := net.SplitHostPort(string(text))
	if err != nil || host == "" {
		return &Problem{What: "this is no HOST:PORT", Fix: "want 192.0.2.10:502, 192.0.2.0/28:502 or 192.0.2.10:*"}
	}
	if n, err := strconv.ParseUint(port, 10, 16); port != "*" && (err != nil || n == 0) {
		return &Problem{What: "the port is " + port, Fix: "want a number from 1 to 65535, or *"}
	}
	read := Reach{port: port}
	switch prefix, err := netip.ParsePrefix(host); {
	case err == nil:
		read.prefix = prefix.Masked()
	case strings.Contains(host, "/"):
		return &Problem{What: host + " is no prefix", Fix: "want an address and a length, such as 192.0.2.0/28"}
	default:
		if address, err := netip.ParseAddr(host); err == nil {
			read.prefix = netip.PrefixFrom(address, address.BitLen())
		} else {
			read.host = strings.ToLower(host)
		}
	}
	*r = read
	return nil
}

// String writes the reach as it is read.
func (r Reach) String() string {
	switch {
	case r.host != "":
		return net.JoinHostPort(r.host, r.port)
	case r.prefix.IsSingleIP():
		return net.JoinHostPort(r.prefix.Addr().String(), r.port)
	case r.prefix.IsValid():
		return net.JoinHostPort(r.prefix.String(), r.port)
	}
	return ""
}

// MarshalText writes the reach as it is read.
func (r Reach) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Covers tells whether a tunnel may lead to host:port. A name is covered by itself only, not by what it stands for.
func (r Reach) Covers(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || r.port != "*" && r.port != port {
		return false
	}
	if r.host != "" {
		return strings.EqualFold(r.host, host)
	}
	at, err := netip.ParseAddr(host)
	return err == nil && r.prefix.Contains(at.Unmap())
}

// DescribeText names the type for reference, schema and forms.
func (Reach) DescribeText() (name, pattern string, secret bool) {
	return "HOST:PORT of the plant", `^.+:([0-9]+|\*)$`, false
}
