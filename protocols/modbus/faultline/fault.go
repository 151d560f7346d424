package faultline

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
)

// Fault is what becomes of a unit's replies. The zero Fault lets them pass.
type Fault struct {
	Kind      Kind
	Delay     time.Duration  // of Slow the delay, of Drip the time between two bytes
	Exception wire.Exception // of Refused
}

// Kind is the kind of a fault.
type Kind uint8

// The kinds.
const (
	None      Kind = iota
	Dead           // no reply
	Slow           // the reply comes after Delay; others may overtake it
	Held           // the reply comes when the line is healed; others may overtake it
	Garbage        // bytes that are no Modbus instead of the reply
	HalfFrame      // half of the reply, then nothing
	Drip           // the reply byte by byte, Delay between them
	Refused        // an exception instead of the reply
	Foreign        // the reply of another function, in the right frame
	Twice          // the reply, and again
	CutOff         // the connection is closed instead of replying
)

// kinds are the names that String and ParseKind know.
var kinds = [...]string{
	"none", "dead", "slow", "held", "garbage", "half_frame", "drip", "refused", "foreign", "twice", "cut_off",
}

// String returns the name of the kind.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k]
	}
	return "unknown"
}

// ParseKind is the inverse of Kind.String.
func ParseKind(name string) (k Kind, ok bool) {
	for i, known := range kinds {
		if known == name {
			return Kind(i), true
		}
	}
	return None, false
}

// garbage is what a line in trouble delivers.
var garbage = [...]byte{0xFF, 0x00, 0xA5, 0x5A, 0x13, 0x37, 0x00, 0xFE, 0x80, 0x7F, 0x0D, 0x0A}

// apply returns what is sent instead of a reply frame, and whether the connection is closed after it.
func (f Fault) apply(request, reply wire.Frame) (out []byte, hangUp bool) {
	whole := func(pdu []byte) []byte {
		return wire.AppendMBAP(nil, wire.Frame{Transaction: reply.Transaction, Unit: reply.Unit, PDU: pdu})
	}
	switch f.Kind {
	case Garbage:
		return garbage[:], false
	case HalfFrame:
		out = whole(reply.PDU)
		return out[:len(out)/2], false
	case Refused:
		return whole(wire.AppendException(nil, wire.FunctionOf(request.PDU), f.Exception)), false
	case Foreign:
		return whole([]byte{request.PDU[0] ^ 1, 2, 0, 42}), false
	case Twice:
		out = whole(reply.PDU)
		return append(out, out...), false
	case CutOff:
		return nil, true
	default:
		return whole(reply.PDU), false
	}
}
