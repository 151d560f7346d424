package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"

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
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.options.Listen)
	if err != nil {
		return err
	}
	s.at(listener.Addr().String())
	ctx, cancel := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
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
		if !s.admit(conn.RemoteAddr(), host) {
			conn.Close()
			continue
		}
		if secured != nil {
			conn = tls.Server(conn, secured)
		}
		open.Go(func() {
			defer s.clients.Add(-1)
			defer conn.Close()
			s.attend(ctx, conn, host)
		})
	}
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
