package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// Server is the server type.
type Server struct{}

var _ protocols.Server = Server{}

// Spec is described at protocols.Server.
func (Server) Spec() config.ServerType {
	return config.ServerType{
		Name:    "modbus",
		Doc:     "Modbus clients, such as SCADA systems, PLCs and panels: tags stand in registers and bits. docs/protocols/modbus-server.md tells how Bad values read, and what becomes of writes.",
		Options: Options{},
	}
}

// Compile is described at protocols.Server.
func (Server) Compile(c *config.Server) (protocols.Service, error) {
	o, ok := c.Options.(*Options)
	if !ok {
		return nil, fmt.Errorf("server %s has no Modbus options: load the configuration with the server's component", c.Name)
	}
	s := &service{name: c.Name, options: o}
	var wrong error
	s.image = newImage(o, func(key string, err error) { wrong = errors.Join(wrong, fmt.Errorf("%s: %w", key, err)) })
	for _, text := range o.Allow {
		p, err := prefix(text)
		if err != nil {
			return nil, err
		}
		s.allowed = append(s.allowed, p.Masked())
	}
	return s, wrong
}

// service is a compiled server.
type service struct {
	name    string
	options *Options
	image   *image
	allowed []netip.Prefix

	listening                            atomic.Pointer[string]
	clients                              atomic.Int64
	requests, refused, strangers, writes atomic.Uint64
}

// Tags is described at protocols.Service.
func (s *service) Tags() []protocols.ServedTag { return s.image.all }

// Stats is described at protocols.Service.
func (s *service) Stats() protocols.ServerStats {
	stats := protocols.ServerStats{
		Clients: int(s.clients.Load()), Requests: s.requests.Load(), Refused: s.refused.Load(),
		Strangers: s.strangers.Load(), Writes: s.writes.Load(),
	}
	if address := s.listening.Load(); address != nil {
		stats.Listening = *address
	}
	return stats
}

// Serve is described at protocols.Service.
func (s *service) Serve(ctx context.Context, host protocols.Host) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.options.Listen)
	if err != nil {
		return err
	}
	address := listener.Addr().String()
	s.listening.Store(&address)
	ctx, cancel := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
	defer s.listening.Store(nil)
	defer cancel()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			listener.Close()
			return err
		}
		if !s.admit(conn, host) {
			conn.Close()
			continue
		}
		open.Go(func() {
			defer s.clients.Add(-1)
			defer conn.Close()
			s.attend(ctx, conn, host)
		})
	}
}

// admit lets a client in, and counts those that it does not.
func (s *service) admit(conn net.Conn, host protocols.Host) bool {
	remote := conn.RemoteAddr().String()
	if !s.knows(remote) {
		if s.strangers.Add(1)&(s.strangers.Load()-1) == 0 { // the 1st, 2nd, 4th …: a scan of ports fills no disk
			host.Logger.Warn("a client was refused: its address is not under allow", "client", remote, "refused", s.strangers.Load())
		}
		return false
	}
	if s.clients.Add(1) > int64(s.options.MaxClients) {
		s.clients.Add(-1)
		s.strangers.Add(1)
		host.Logger.Warn("a client was refused: as many are connected as may be", "client", remote, "max_clients", s.options.MaxClients)
		return false
	}
	return true
}

// knows reports whether a client may connect.
func (s *service) knows(remote string) bool {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	ip := ap.Addr().Unmap().WithZone("")
	if len(s.allowed) == 0 {
		return ip.IsLoopback()
	}
	return slices.ContainsFunc(s.allowed, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// attend serves a client. A panic ends its connection alone.
func (s *service) attend(ctx context.Context, conn net.Conn, host protocols.Host) {
	remote := conn.RemoteAddr().String()
	c := &connection{
		conn: conn, rtu: s.options.Framing == "rtu", asked: s.count,
		desk: &desk{
			image: s.image, host: host, wait: s.options.WriteWait, by: writer(s.name, remote),
			wrote: func() { s.writes.Add(1) },
		},
	}
	var err error
	if failure := supervisor.Guard(func() { err = c.serve(ctx) }); failure != nil {
		host.Logger.Error("serving a client failed", "client", remote, "error", failure)
		return
	}
	host.Logger.Debug("client gone", "client", remote, "reason", err)
}

// count counts an answer.
func (s *service) count(answer []byte) {
	s.requests.Add(1)
	if answer[0]&0x80 != 0 {
		s.refused.Add(1)
	}
}
