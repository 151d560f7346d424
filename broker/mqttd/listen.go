package mqttd

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/holdfast-edge/holdfast/internal/listen"
	"github.com/holdfast-edge/holdfast/supervisor"
)

var errShutdown = packets.ErrServerShuttingDown

// listen opens every address, and then takes connections.
func (b *Broker) listen() error {
	for _, l := range b.config.Listeners {
		socket, err := listen.TCP(context.Background(), l.Address)
		if err != nil {
			return err
		}
		if l.TLS != nil {
			socket = tls.NewListener(socket, l.TLS)
		}
		b.listeners = append(b.listeners, socket)
	}
	for i, l := range b.config.Listeners {
		if l.WebSocket {
			b.running.Go(func() { b.serveWeb(b.listeners[i], l) })
			continue
		}
		b.running.Go(func() { b.accept(b.listeners[i], l) })
	}
	return nil
}

// Addresses lists where the broker listens, in the order of the configuration.
func (b *Broker) Addresses() []net.Addr {
	all := make([]net.Addr, len(b.listeners))
	for i, l := range b.listeners {
		all[i] = l.Addr()
	}
	return all
}

// accept takes connections until the listener is closed. When the system has
// none to give it tries again a little later.
func (b *Broker) accept(socket net.Listener, l Listener) {
	for {
		conn, err := socket.Accept()
		if err == nil {
			b.running.Go(func() { b.serve(conn, l) })
			continue
		}
		select {
		case <-b.over:
			return
		case <-time.After(100 * time.Millisecond):
			b.log.Warn("no connection can be taken", "listen", l.Address, "error", err)
		}
	}
}

// serve is one connection, from beginning to end. A panic ends it alone.
func (b *Broker) serve(socket net.Conn, l Listener) {
	c := newConnection(b, l, socket)
	if !b.register(c) {
		_ = socket.Close()
		return
	}
	defer close(c.gone)
	defer b.unregister(c)
	defer b.leave(c)
	err := c.guarded(c.greet)
	if err != nil {
		_ = socket.Close()
		b.log.Info("a connection is not let in", "remote", c.remote, "reason", describe(err))
		return
	}
	b.log.Info("a client has connected", "client", c.session.id, "user", c.user, "remote", c.remote)
	written := make(chan struct{})
	go func() {
		defer close(written)
		_ = c.guarded(func() error { c.write(); return nil })
	}()
	c.end(c.guarded(c.read))
	c.settle()
	<-written
	b.log.Info("a client has gone", "client", c.session.id, "reason", describe(c.cause))
}

// guarded runs a part of the connection; a panic in it ends the connection.
func (c *connection) guarded(part func() error) (err error) {
	failure := supervisor.Guard(func() { err = part() })
	if failure == nil {
		return err
	}
	c.broker.log.Error("a connection has failed by a defect", "remote", c.remote, "error", failure, "stack", stackOf(failure))
	c.end(packets.ErrImplementationSpecificError)
	_ = c.socket.Close()
	return failure
}

// stackOf is where a guarded function panicked.
func stackOf(failure error) string {
	if p, ok := errors.AsType[*supervisor.PanicError](failure); ok {
		return p.Stack
	}
	return ""
}

// spare is how many connections there may be that have not logged in, beside
// those of the clients.
const spare = 64

// register notes a connection, unless there are too many or the broker ends.
func (b *Broker) register(c *connection) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.connections) >= b.config.MaxClients+spare {
		return false
	}
	b.connections[c] = struct{}{}
	return true
}

func (b *Broker) unregister(c *connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.connections, c)
}
