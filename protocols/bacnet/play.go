package bacnet

import (
	"context"
	"net"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/record"
)

var _ record.PacketPlayer = Driver{}

// PlayPackets is described at record.PacketPlayer.
func (Driver) PlayPackets(ctx context.Context, r *record.Recording, conn net.PacketConn, o record.Options) error {
	return record.Play(ctx, r, record.Packets(conn), o, datagrams{})
}

// datagrams is the dialect of BACnet/IP.
type datagrams struct{}

// invokeAt returns the APDU of a datagram, and where in the datagram its invoke id is; ok is false where it has none.
func invokeAt(datagram []byte) (a wire.APDU, at int, ok bool) {
	p, err := wire.Parse(datagram)
	if err != nil || len(p.Body) == 0 {
		return a, 0, false
	}
	if a, err = wire.ParseAPDU(p.Body); err != nil || a.Kind == wire.UnconfirmedRequest {
		return a, 0, false
	}
	at = len(datagram) - len(p.Body) + 1
	if a.Kind == wire.ConfirmedRequest {
		at++
	}
	return a, at, true
}

// length returns the length of the datagram that octets begin with; 0 where it is not whole, negative where it is none.
func length(octets []byte) int {
	const header = 4
	switch {
	case len(octets) < header:
		return 0
	case octets[0] != 0x81:
		return -1
	}
	n := int(octets[2])<<8 | int(octets[3])
	if n < header {
		return -1
	}
	if n > len(octets) {
		return 0
	}
	return n
}

// Request is described at record.Dialect.
func (datagrams) Request(sent []byte) int { return length(sent) }

// Reply is described at record.Dialect.
func (datagrams) Reply(received []byte) (n int, number uint32, ok bool) {
	n = length(received)
	if n <= 0 {
		return 0, 0, false
	}
	return n, number32(received[:n]), true
}

// Number is described at record.Dialect.
func (datagrams) Number(request []byte) uint32 { return number32(request) }

// number32 is the invoke id of what one side asks and the other answers; another number for what the device asks. 0 is none.
func number32(datagram []byte) uint32 {
	a, _, ok := invokeAt(datagram)
	switch {
	case !ok:
		return 0
	case a.Kind == wire.ConfirmedRequest && a.Service == wire.ConfirmedCOV:
		return 0 // of the device's own
	default:
		return uint32(a.Invoke) + 1
	}
}

// Question is the datagram without its invoke id.
func (datagrams) Question(request []byte) string {
	_, at, ok := invokeAt(request)
	question := []byte(string(request))
	if ok {
		question[at] = 0
	}
	return string(question)
}

// Turn begins the answers anew.
func (datagrams) Turn(string) record.Turn { return record.Repeats }

// Readdress gives an answer the invoke id of the request now.
func (datagrams) Readdress(dst, received, recorded, now []byte) []byte {
	from := len(dst)
	dst = append(dst, received...)
	_, at, isAnswer := invokeAt(received)
	_, before, wasAsked := invokeAt(recorded)
	_, asked, isAsked := invokeAt(now)
	if isAnswer && wasAsked && isAsked && received[at] == recorded[before] {
		dst[from+at] = now[asked]
	}
	return dst
}
