package mqttd

import "net"

// Serve has the broker serve a connection that no listener has taken: one in
// memory, in virtual time.
func (b *Broker) Serve(socket net.Conn, l Listener) {
	b.running.Go(func() { b.serve(socket, l) })
}

// OnFailure is called of every transaction of the vault that was not committed, before
// those who wait for it are told.
func (b *Broker) OnFailure(told func(error)) { b.vault.failed = told }
