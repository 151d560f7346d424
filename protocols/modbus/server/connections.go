package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"github.com/holdfast-edge/holdfast/internal/listen"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// serveConnections serves clients that connect, each in a goroutine of its own.
func (s *service) serveConnections(ctx context.Context, host protocols.Host) error {
	var secured *tls.Config
	if s.options.TLS != nil {
		var err error
		if secured, err = s.options.TLS.load(); err != nil {
			return err
		}
	}
	listener, err := listen.TCP(ctx, s.options.Listen)
	if err != nil {
		return err
	}
	s.at(listener.Addr().String())
	return protocols.Accept(ctx, listener, func(ctx context.Context, conn net.Conn) {
		if secured != nil {
			conn = tls.Server(conn, secured)
		}
		defer conn.Close()
		if !s.admit(conn.RemoteAddr(), host) {
			return
		}
		defer s.clients.Add(-1)
		s.attend(ctx, conn, host)
	})
}

// attend serves a client. A panic ends its connection alone.
func (s *service) attend(ctx context.Context, conn net.Conn, host protocols.Host) {
	remote := conn.RemoteAddr().String()
	c := &connection{conn: conn, dialect: s.dialect(), desk: s.desk(host, remote)}
	var err error
	if failure := supervisor.Guard(func() { err = c.serve(ctx) }); failure != nil {
		host.Logger.Error("serving a client failed", "client", remote, "error", failure)
		return
	}
	if _, is := errors.AsType[*stranger](err); is {
		s.turnAway(host, remote, err.Error())
		return
	}
	host.Logger.Debug("client gone", "client", remote, "reason", err)
}
