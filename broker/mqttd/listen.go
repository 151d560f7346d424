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

// doorway is an address of the configuration: each stands for itself.
type doorway struct {
	Listener
	socket net.Listener // nil: it is closed
	err    error        // why
}

// How long after a doorway could not be opened it is tried again.
const (
	tryAgain  = 500 * time.Millisecond // twice as long each time
	tryAtMost = 15 * time.Second
)

// listen takes connections at every address that can be had. The others are tried
// again until they can, so that a port that is taken keeps no other one down; where
// none can be had, that is an error.
func (b *Broker) listen() error {
	var failed []error
	for _, l := range b.config.Listeners {
		d := &doorway{Listener: l}
		b.mu.Lock()
		b.doorways = append(b.doorways, d)
		b.mu.Unlock()
		if err := b.openDoorway(d); err != nil {
			failed = append(failed, err)
			b.running.Go(func() { b.keepTrying(d, err) })
		}
	}
	if len(failed) > 0 && len(failed) == len(b.config.Listeners) {
		return failed[0]
	}
	return nil
}

// openDoorway has connections taken there.
func (b *Broker) openDoorway(d *doorway) error {
	socket, err := listen.TCP(context.Background(), d.Address)
	if err == nil && d.TLS != nil {
		socket = tls.NewListener(socket, d.TLS)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if d.err = err; err != nil {
		return err
	}
	if b.closed {
		return socket.Close()
	}
	d.socket = socket
	if d.WebSocket {
		b.running.Go(func() { b.serveWeb(socket, d.Listener) })
	} else {
		b.running.Go(func() { b.accept(socket, d.Listener) })
	}
	return nil
}

// keepTrying opens a doorway as soon as that can be, or until the broker ends.
func (b *Broker) keepTrying(d *doorway, err error) {
	for wait := tryAgain; err != nil; wait = min(2*wait, tryAtMost) {
		select {
		case <-b.over:
			return
		case <-time.After(wait):
			err = b.openDoorway(d)
		}
	}
	b.log.Info("the broker listens", "listen", d.Address)
}

// Addresses lists where the broker listens, in the order of the configuration.
func (b *Broker) Addresses() (all []net.Addr) {
	for _, socket := range b.sockets() {
		all = append(all, socket.Addr())
	}
	return all
}

func (b *Broker) sockets() (open []net.Listener) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.doorways {
		if d.socket != nil {
			open = append(open, d.socket)
		}
	}
	return open
}

// Closed lists why the broker does not listen at some of its addresses, while it does
// at others.
func (b *Broker) Closed() (why []error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, d := range b.doorways {
		if d.err != nil {
			why = append(why, d.err)
		}
	}
	return why
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
