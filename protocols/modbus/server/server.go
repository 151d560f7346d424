package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
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

// Listens is described at protocols.Service.
func (s *service) Listens() (network, address string) {
	switch {
	case s.options.onLine():
		return "", ""
	case s.options.Transport == "udp":
		return "udp", s.options.Listen
	}
	return "tcp", s.options.Listen
}

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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.listening.Store(nil)
	switch {
	case s.options.onLine():
		return s.serveLine(ctx, host)
	case s.options.Transport == "udp":
		return s.serveDatagrams(ctx, host)
	default:
		return s.serveConnections(ctx, host)
	}
}

// at says where the service can be asked now.
func (s *service) at(address string) { s.listening.Store(&address) }

// desk answers one client.
func (s *service) desk(host protocols.Host, client string) *desk {
	return &desk{
		image: s.image, host: host, wait: s.options.WriteWait, by: fmt.Sprintf("server %s, client %s", s.name, client),
		answered: s.count, wrote: func() { s.writes.Add(1) },
	}
}

// count counts an answer.
func (s *service) count(answer []byte) {
	s.requests.Add(1)
	if answer[0]&0x80 != 0 {
		s.refused.Add(1)
	}
}
