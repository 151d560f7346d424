package server

import (
	"net"
	"net/netip"
	"slices"

	"github.com/holdfast-edge/holdfast/protocols"
)

// admit lets a client in, and counts those that it does not.
func (s *service) admit(client net.Addr, host protocols.Host) bool {
	remote := client.String()
	if !s.knows(remote) {
		s.turnAway(host, remote, "its address is not under allow")
		return false
	}
	if s.clients.Add(1) > int64(s.options.MaxClients) {
		s.clients.Add(-1)
		s.turnAway(host, remote, "as many are served as max_clients allows")
		return false
	}
	return true
}

// turnAway counts a client that is not let in, and logs the 1st, 2nd, 4th …: a scan of ports fills no disk.
func (s *service) turnAway(host protocols.Host, client, reason string) {
	if n := s.strangers.Add(1); n&(n-1) == 0 {
		host.Logger.Warn("a client was refused", "client", client, "reason", reason, "refused", n)
	}
}

// knows reports whether a client may ask. Not told whom to allow, it takes those of this machine; over TLS everybody,
// who then has to show a certificate.
func (s *service) knows(remote string) bool {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	ip := ap.Addr().Unmap().WithZone("")
	if len(s.allowed) == 0 {
		return ip.IsLoopback() || s.options.TLS != nil
	}
	return slices.ContainsFunc(s.allowed, func(p netip.Prefix) bool { return p.Contains(ip) })
}
