package listen

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
)

// holder names who has an address, for people; empty where that cannot be found out, as on systems without /proc.
func holder(p protocol, address string) string {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return ""
	}
	ip, _ := netip.ParseAddr(host) // none of a name, which may be any
	for range looks {
		if s, ok := p.find(ip, uint16(port)); ok {
			return s.owner()
		}
	}
	return ""
}

// looks is how often the tables are read: the system tells them in pieces, and between two of them sockets come and go, so
// that one which stays may be missed.
const looks = 3

// find returns the socket for which an address cannot be had.
func (p protocol) find(ip netip.Addr, port uint16) (s socket, ok bool) {
	for _, table := range p.tables {
		text, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for _, s := range sockets(text, p.state) {
			if s.excludes(ip, port) {
				return s, true
			}
		}
	}
	return socket{}, false
}

// excludes reports whether nobody else can have an address while the socket stands.
func (s socket) excludes(ip netip.Addr, port uint16) bool {
	if s.port != port {
		return false
	}
	return !ip.IsValid() || ip.IsUnspecified() || s.ip.IsUnspecified() || s.ip.Unmap() == ip.Unmap()
}

// owner names the process that has the socket, or where this user may not see it, whose that is.
func (s socket) owner() string {
	if pid, name := process(s.inode); pid != "" {
		if pid == strconv.Itoa(os.Getpid()) {
			return "this process itself"
		}
		return fmt.Sprintf("%s (process %s)", name, pid)
	}
	return fmt.Sprintf("a process of user %s, which ss -lnp names to root", account(s.user))
}
