package link

import (
	"errors"

	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// What is taken of an answer in segments.
const (
	window    = 16      // segments between two acknowledgements
	maxAnswer = 1 << 20 // octets
)

// errTooMuch ends an answer that does not end.
var errTooMuch = errors.New("the answer has more than a megabyte")

// assembly puts the segments of one answer together (clause 5.4.4.4). It is pure: acknowledgements are returned.
type assembly struct {
	begun  bool
	body   []byte
	next   uint8 // the sequence number that is due
	inTurn uint8 // segments since the last acknowledgement
	whole  wire.APDU
}

// take takes a segment. ack is to be sent, where it is one; done says that the answer is whole.
func (a *assembly) take(s *wire.APDU) (ack *wire.APDU, done bool, err error) {
	size := max(1, min(s.Window, window))
	if s.Sequence != a.next || !a.begun && s.Sequence != 0 {
		if !a.begun {
			return nil, false, nil // its beginning was lost: the device sends it again
		}
		again := a.ack(s.Invoke, size)
		again.Negative = s.Sequence-a.next < 128 // behind a gap; what is known already is only acknowledged
		a.inTurn = 0
		return again, false, nil
	}
	if len(a.body)+len(s.Body) > maxAnswer {
		return nil, false, errTooMuch
	}
	first := !a.begun
	a.begun, a.body, a.next = true, append(a.body, s.Body...), a.next+1
	if a.inTurn++; first || !s.More || a.inTurn >= size {
		ack = a.ack(s.Invoke, size)
		a.inTurn = 0
	}
	if !s.More {
		a.whole = wire.APDU{Kind: wire.ComplexACK, Invoke: s.Invoke, Service: s.Service, Body: a.body}
	}
	return ack, !s.More, nil
}

// ack acknowledges all that came in order.
func (a *assembly) ack(invoke, size uint8) *wire.APDU {
	return &wire.APDU{Kind: wire.SegmentACK, Invoke: invoke, Sequence: a.next - 1, Window: size}
}
