package wire

import "fmt"

// Kind is the type of an application PDU (clause 20.1).
type Kind uint8

// The kinds.
const (
	ConfirmedRequest Kind = iota
	UnconfirmedRequest
	SimpleACK
	ComplexACK
	SegmentACK
	ErrorPDU
	RejectPDU
	AbortPDU
)

// Service is a choice of a confirmed (clause 21, BACnetConfirmedServiceChoice) or of an unconfirmed service.
type Service uint8

// The services that are spoken here.
const (
	ConfirmedCOV  Service = 1
	SubscribeCOV  Service = 5
	ReadProperty  Service = 12
	ReadMultiple  Service = 14
	WriteProperty Service = 15

	IAm            Service = 0
	UnconfirmedCOV Service = 2
	WhoIs          Service = 8
)

// APDU is one application PDU. Which fields count depends on its kind.
type APDU struct {
	Kind      Kind
	Segmented bool // a ConfirmedRequest or a ComplexACK comes in segments
	More      bool // and this one is not the last
	Accepts   bool // a ConfirmedRequest's answer may come in segments
	Negative  bool // a SegmentACK asks for segments again
	Server    bool // a SegmentACK or an AbortPDU is of the side that answers
	Limits    uint8
	Invoke    uint8
	Sequence  uint8
	Window    uint8
	Service   Service // of a RejectPDU and an AbortPDU, the reason
	Body      []byte
}

// Limits of what is accepted here: 64 segments or more, of up to 1476 octets (clause 20.1.2.4, 20.1.2.5).
const (
	OwnLimits = 0x75
	MaxAPDU   = 1476
)

// The bits of the first octet.
const (
	segmented = 0x08
	more      = 0x04
	accepts   = 0x02
	negative  = 0x02
	server    = 0x01
)

// ParseAPDU takes an APDU apart. It refers to the octets.
func ParseAPDU(b []byte) (a APDU, err error) {
	if len(b) < 2 {
		return a, errShort
	}
	a.Kind = Kind(b[0] >> 4)
	flags, b := b[0], b[1:]
	take := func(fields ...*uint8) {
		for _, f := range fields {
			if len(b) == 0 {
				err = errShort
				return
			}
			*f, b = b[0], b[1:]
		}
	}
	switch a.Kind {
	case ConfirmedRequest:
		a.Segmented, a.More, a.Accepts = flags&segmented != 0, flags&more != 0, flags&accepts != 0
		take(&a.Limits, &a.Invoke)
	case ComplexACK:
		a.Segmented, a.More = flags&segmented != 0, flags&more != 0
		take(&a.Invoke)
	case SimpleACK, ErrorPDU, RejectPDU:
		take(&a.Invoke)
	case AbortPDU:
		a.Server = flags&server != 0
		take(&a.Invoke)
	case SegmentACK:
		a.Negative, a.Server = flags&negative != 0, flags&server != 0
		take(&a.Invoke, &a.Sequence, &a.Window)
		return a, err
	case UnconfirmedRequest:
	default:
		return a, fmt.Errorf("there is no APDU of type %d", a.Kind)
	}
	if a.Segmented {
		take(&a.Sequence, &a.Window)
	}
	take((*uint8)(&a.Service))
	a.Body = b
	return a, err
}

// Append appends the APDU.
func (a *APDU) Append(dst []byte) []byte {
	first := byte(a.Kind) << 4
	set := func(on bool, bit byte) {
		if on {
			first |= bit
		}
	}
	isAsked := a.Kind == ConfirmedRequest || a.Kind == ComplexACK
	set(isAsked && a.Segmented, segmented)
	set(isAsked && a.More, more)
	set(a.Kind == ConfirmedRequest && a.Accepts, accepts)
	set(a.Kind == SegmentACK && a.Negative, negative)
	set((a.Kind == SegmentACK || a.Kind == AbortPDU) && a.Server, server)
	dst = append(dst, first)
	switch a.Kind {
	case ConfirmedRequest:
		dst = append(dst, a.Limits, a.Invoke)
	case UnconfirmedRequest:
	case SegmentACK:
		return append(dst, a.Invoke, a.Sequence, a.Window)
	default:
		dst = append(dst, a.Invoke)
	}
	if isAsked && a.Segmented {
		dst = append(dst, a.Sequence, a.Window)
	}
	return append(append(dst, byte(a.Service)), a.Body...)
}

// IsAnswer reports whether the APDU belongs to a confirmed request that was sent from here.
func (a *APDU) IsAnswer() bool {
	return a.Kind >= SimpleACK && a.Kind != SegmentACK && (a.Kind != AbortPDU || a.Server)
}
