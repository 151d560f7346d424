package link

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// maxErrors is how many errors in a row a socket may have that is still believed in.
const maxErrors = 100

// receive reads the socket until it is closed.
func (l *Link) receive() {
	buffer := make([]byte, 1<<16)
	for failed := 0; failed < maxErrors; {
		n, from, err := l.conn.ReadFromUDPAddrPort(buffer)
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil:
			failed++
			l.unreachable(func(Peer) bool { return true }, fmt.Errorf("nothing of %s is reached: %w", l.far, err))
		default:
			failed = 0
			l.note(protocols.Received, buffer[:n])
			l.take(netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), buffer[:n])
		}
	}
	l.end(fmt.Errorf("%w: its socket fails again and again", ErrClosed))
}

// take takes a datagram. What is none of BACnet/IP, or makes no sense, is as if it had not come.
func (l *Link) take(from netip.AddrPort, datagram []byte) {
	p, err := wire.Parse(datagram)
	if err != nil {
		l.options.Logger.Debug("a datagram that is not understood", "from", from, "error", err)
		return
	}
	switch p.Function {
	case wire.BVLCResult:
		select {
		case l.results <- p.Result:
		default:
		}
		return
	case wire.ForwardedNPDU:
		from = p.Origin
	}
	if network, why, ok := p.NotRouted(); ok {
		l.unreachable(func(to Peer) bool { return to.Socket == from && to.Address.Network == network },
			fmt.Errorf("the router rejects what is for network %d: %s", network, why))
		return
	}
	if p.Message != wire.NoMessage || len(p.Body) == 0 {
		return
	}
	a, err := wire.ParseAPDU(p.Body)
	if err != nil {
		l.options.Logger.Debug("an APDU that is not understood", "from", from, "error", err)
		return
	}
	l.hear(Peer{Socket: from, Address: p.From}, &a)
}

// unreachable ends the calls to peers that the network says it does not reach.
func (l *Link) unreachable(concerns func(Peer) bool, err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for k, c := range l.calls {
		if concerns(k.peer) {
			c.give(answer{err: &Unreachable{err}})
		}
	}
}

// hear takes an APDU: an answer, or something that a device sends by itself.
func (l *Link) hear(from Peer, a *wire.APDU) {
	if a.IsAnswer() {
		if ack := l.answer(from, a); ack != nil {
			_ = l.send(from, ack) // one that is lost is asked for again
		}
		return
	}
	if a.Kind != wire.ConfirmedRequest && a.Kind != wire.UnconfirmedRequest || a.Segmented {
		return
	}
	if reply := l.options.Handle(from, a); reply != nil && a.Kind == wire.ConfirmedRequest {
		reply.Invoke = a.Invoke
		_ = l.send(from, reply) // the device asks again
	}
}

// answer gives an answer to the call that waits for it, and returns what acknowledges a segment.
func (l *Link) answer(from Peer, a *wire.APDU) (ack *wire.APDU) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	c := l.calls[key{from, a.Invoke}]
	if c == nil {
		return nil
	}
	if a.Kind != wire.ComplexACK || !a.Segmented {
		own := *a
		own.Body = bytes.Clone(a.Body)
		c.give(answer{apdu: own})
		return nil
	}
	ack, done, err := c.assembly.take(a)
	if err != nil || done {
		c.give(answer{apdu: c.assembly.whole, err: err})
	}
	select {
	case c.moved <- struct{}{}:
	default:
	}
	return ack
}
