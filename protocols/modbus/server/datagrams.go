package server

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/internal/listen"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// serveDatagrams serves who asks by UDP. Each datagram is one question, and is answered in a goroutine of its own, of which
// there are as many as clients may be: a client that writes waits for its outcome alone.
func (s *service) serveDatagrams(ctx context.Context, host protocols.Host) error {
	conn, err := listen.UDP(ctx, s.options.Listen)
	if err != nil {
		return err
	}
	s.at(conn.LocalAddr().String())
	ctx, cancel := context.WithCancel(ctx)
	var open sync.WaitGroup
	defer open.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	buffer := make([]byte, wire.MaxMBAP+1) // one more than may be: longer ones are seen to be
	for {
		n, client, err := conn.ReadFrom(buffer)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		case err != nil: // of a datagram of before: nobody was there to take it
			continue
		}
		q, length, err := mbap{}.next(append([]byte(nil), buffer[:n]...))
		if err != nil || length == 0 || length != n {
			host.Logger.Debug("a datagram is no Modbus request", "client", client.String(), "bytes", n)
			continue
		}
		if !s.admit(client, host) {
			continue
		}
		open.Go(func() {
			defer s.clients.Add(-1)
			s.reply(ctx, conn, client, q, host)
		})
	}
}

// reply answers a datagram. A panic ends that alone.
func (s *service) reply(ctx context.Context, conn net.PacketConn, client net.Addr, q question, host protocols.Host) {
	failure := supervisor.Guard(func() {
		answer := mbap{}.frame(nil, q, s.desk(host, client.String()).answer(ctx, q.unit, q.pdu))
		if err := conn.SetWriteDeadline(time.Now().Add(answering)); err != nil {
			return
		}
		if _, err := conn.WriteTo(answer, client); err != nil {
			host.Logger.Debug("an answer was not sent", "client", client.String(), "error", err)
		}
	})
	if failure != nil {
		host.Logger.Error("serving a client failed", "client", client.String(), "error", failure)
	}
}
