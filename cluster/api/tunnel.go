package api

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/gateway"
	"github.com/holdfast-edge/holdfast/cluster/link"
)

// TunnelProtocol is what a connection is upgraded to that carries a tunnel: octets, as they are.
const TunnelProtocol = "holdfast-tunnel"

// tunnelWithin is how long the site may take to reach the address.
const tunnelWithin = 25 * time.Second

type tunnelInput struct {
	SiteInput

	Address string `query:"address" required:"true" maxLength:"260" pattern:"^.+:[0-9]+$" example:"192.0.2.10:502"`
	Upgrade string `header:"Upgrade" required:"true" enum:"holdfast-tunnel"`
}

func tunnelOperation() huma.Operation {
	o := operation(http.MethodGet, "/api/v1/sites/{site}/tunnel", "open-tunnel", "looking in", "Open a TCP connection from a site to an address of its plant")
	o.Description = "HTTP/1.1 with Connection: Upgrade and Upgrade: holdfast-tunnel. After the answer 101 the connection carries the octets " +
		"of the other. It has to be allowed by uplink: tunnels: of the site's configuration, and to an engineer; both ends are in the audit log."
	o.Responses = map[string]*huma.Response{"101": {Description: "The site has reached the address"}}
	return o
}

func (s *Server) tunnel(ctx context.Context, in *tunnelInput) (*huma.StreamResponse, error) {
	if err := s.may(ctx, access.Engineer, in.Site, "open tunnel"); err != nil {
		return nil, err
	}
	asking, cancel := context.WithTimeout(ctx, tunnelWithin)
	defer cancel()
	t, err := s.o.Gateway.OpenTunnel(asking, in.Site, in.Address, who(ctx).Name)
	if err := s.done(ctx, "open tunnel", in.Site, "to "+in.Address, err); err != nil {
		if t != nil {
			t.Close()
		}
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		_, w := humago.Unwrap(h)
		s.carry(context.WithoutCancel(ctx), w, t, in)
	}}, nil
}

// carry serves an open tunnel until it ends.
func (s *Server) carry(ctx context.Context, w http.ResponseWriter, t *gateway.Tunnel, in *tunnelInput) {
	defer t.Close()
	end, err := upgrade(w)
	if err != nil {
		s.o.Logger.Warn("a tunnel was not carried", "site", in.Site, "address", in.Address, "error", err)
		return
	}
	carried, err := link.Carry(ctx, end, t)
	detail := fmt.Sprintf("to %s; %d octets from the plant, %d to it", in.Address, carried.Out, carried.In)
	if err != nil {
		detail += "; " + link.Cut(err.Error())
	}
	if err := s.o.Audit.Write(ctx, audit.Record{Who: who(ctx).Name, What: "close tunnel", Target: in.Site, Result: "done", Detail: detail}); err != nil {
		s.o.Logger.Error("the end of a tunnel is not in the audit log", "site", in.Site, "error", err)
	}
}

// upgraded is an HTTP connection that carries something else, what was read of it already included.
type upgraded struct {
	net.Conn

	reader *bufio.Reader
}

func (u *upgraded) Read(b []byte) (int, error) { return u.reader.Read(b) }

// CloseWrite ends this direction.
func (u *upgraded) CloseWrite() error {
	if c, ok := u.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

// upgrade takes the connection over, and answers 101.
func upgrade(w http.ResponseWriter) (*upgraded, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, fmt.Errorf("take the connection over: %w", err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if _, err := fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: %s\r\n\r\n", TunnelProtocol); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &upgraded{conn, buffered.Reader}, nil
}
