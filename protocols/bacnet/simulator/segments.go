package simulator

import (
	"net/netip"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// sent names an answer that is sent in segments.
type sent struct {
	to     netip.AddrPort
	invoke uint8
}

// segments is such an answer.
type segments struct {
	service wire.Service
	parts   [][]byte
}

// proposed is the window that the device proposes.
const proposed = 4

// reply sends an answer, in segments where it does not fit.
func (d *Device) reply(to netip.AddrPort, request, a *wire.APDU) {
	const header = 5
	room := d.options.MaxAPDU - header
	switch {
	case len(a.Body) <= room:
		d.station.answer(to, d.at, a)
	case d.options.Whole || !request.Accepts:
		d.station.answer(to, d.at, &wire.APDU{Kind: wire.AbortPDU, Server: true, Invoke: a.Invoke, Service: wire.AbortNoSegmentation})
	default:
		s := &segments{service: a.Service}
		for rest := a.Body; len(rest) > 0; {
			n := min(len(rest), room)
			s.parts = append(s.parts, rest[:n])
			rest = rest[n:]
		}
		d.sending[sent{to, a.Invoke}] = s
		d.sendSegments(to, a.Invoke, s, 0, 1)
	}
}

// sendSegments sends some of them.
func (d *Device) sendSegments(to netip.AddrPort, invoke uint8, s *segments, from, count int) {
	for i := from; i < min(from+count, len(s.parts)); i++ {
		d.station.answer(to, d.at, &wire.APDU{
			Kind: wire.ComplexACK, Segmented: true, More: i+1 < len(s.parts), Invoke: invoke, Sequence: uint8(i), Window: proposed,
			Service: s.service, Body: s.parts[i],
		})
	}
}

// acknowledged sends what follows.
func (d *Device) acknowledged(from netip.AddrPort, a *wire.APDU) {
	k := sent{from, a.Invoke}
	s := d.sending[k]
	if s == nil {
		return
	}
	next := int(a.Sequence) + 1
	if next >= len(s.parts) {
		delete(d.sending, k)
		return
	}
	d.sendSegments(from, a.Invoke, s, next, int(a.Window))
}
