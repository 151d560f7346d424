package apdu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Header is what all objects of an ASDU have in common (101 §7.1, figure 35).
type Header struct {
	Type       Type
	Cause      Cause
	Sequence   bool  // SQ: the objects have addresses one after the other
	Negative   bool  // P/N: the confirmation is a refusal
	Test       bool  // T: nothing of it is real
	Originator uint8 // who asked; 0: nobody says
	Station    uint16
}

// AllStations is the common address that concerns every station behind a link.
const AllStations = 0xFFFF

// ASDU is one that was received. It refers to the octets that it was parsed from.
type ASDU struct {
	Header
	count  int
	layout layout
	size   int // of an object, without its address
	body   []byte
}

// Lengths and bits of the header (104 §7.1).
const (
	asduHeadLen = 6
	addressLen  = 3
	maxObjects  = 127

	sequenceBit = 0x80
	testBit     = 0x80
	negativeBit = 0x40
)

// Errors of ParseASDU, to be told apart with errors.Is.
var (
	ErrASDU        = errors.New("the octets are no ASDU")
	ErrUnknownType = errors.New("a type that is not supported")
)

// ParseASDU reads a whole ASDU, whose objects are all there and nothing else is. With ErrUnknownType the header is filled
// in all the same.
func ParseASDU(b []byte) (a ASDU, err error) {
	if len(b) < asduHeadLen {
		return a, fmt.Errorf("%w: %d of them are too few", ErrASDU, len(b))
	}
	a.Header = Header{
		Type: Type(b[0]), Sequence: b[1]&sequenceBit != 0,
		Cause: Cause(b[2] &^ (testBit | negativeBit)), Negative: b[2]&negativeBit != 0, Test: b[2]&testBit != 0,
		Originator: b[3], Station: binary.LittleEndian.Uint16(b[4:]),
	}
	a.layout = a.Type.layout()
	if !a.Type.Known() {
		return a, fmt.Errorf("%w: %v", ErrUnknownType, a.Type)
	}
	a.count, a.size, a.body = int(b[1]&^sequenceBit), a.Type.objectLen(), b[asduHeadLen:]
	if want := a.length(); a.count == 0 || len(a.body) != want {
		return ASDU{Header: a.Header}, fmt.Errorf("%w: %d objects of %v in %d octets, want %d", ErrASDU, a.count, a.Type, len(a.body), want)
	}
	return a, nil
}

// length returns how many octets the objects have.
func (a *ASDU) length() int {
	if a.Sequence {
		return addressLen + a.count*a.size
	}
	return a.count * (addressLen + a.size)
}

// Len returns the number of objects.
func (a *ASDU) Len() int { return a.count }

// Body returns the octets of the objects.
func (a *ASDU) Body() []byte { return a.body }

// At returns an object; i is less than Len. It does not allocate.
func (a *ASDU) At(i int) (o Object) {
	var b []byte
	if a.Sequence {
		o.Address = (readAddress(a.body) + uint32(i)) & MaxAddress
		b = a.body[addressLen+i*a.size:][:a.size]
	} else {
		at := a.body[i*(addressLen+a.size):][:addressLen+a.size]
		o.Address, b = readAddress(at), at[addressLen:]
	}
	o.decode(a.layout.element, b)
	if a.layout.timed {
		o.Time = parseTime(b[len(b)-timeLen:])
	}
	return o
}

func readAddress(b []byte) uint32 { return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 }

func appendAddress(dst []byte, address uint32) []byte {
	return append(dst, byte(address), byte(address>>8), byte(address>>16))
}

// Append appends an ASDU. It refuses what the standard has no room for: no objects or too many, more than MaxASDU octets,
// and with Sequence addresses that are not one after the other.
func Append(dst []byte, h Header, objects ...Object) ([]byte, error) {
	a := ASDU{Header: h, count: len(objects), size: h.Type.objectLen(), layout: h.Type.layout()}
	switch {
	case !h.Type.Known():
		return dst, fmt.Errorf("%w: %v", ErrUnknownType, h.Type)
	case a.count == 0 || a.count > maxObjects || asduHeadLen+a.length() > MaxASDU:
		return dst, fmt.Errorf("%w: %d objects of %v do not fit", ErrASDU, a.count, h.Type)
	}
	dst = h.append(dst, a.count)
	for i := range objects {
		o := &objects[i]
		switch {
		case o.Address > MaxAddress || h.Sequence && o.Address != objects[0].Address+uint32(i):
			return dst, fmt.Errorf("%w: object %d has the address %d", ErrASDU, i, o.Address)
		case !h.Sequence || i == 0:
			dst = appendAddress(dst, o.Address)
		}
		dst = o.encode(dst, a.layout.element)
		if a.layout.timed {
			dst = o.Time.append(dst)
		}
	}
	return dst, nil
}

// append appends the header of an ASDU with so many objects.
func (h Header) append(dst []byte, count int) []byte {
	variable, cause := byte(count), byte(h.Cause)&^(testBit|negativeBit)
	if h.Sequence {
		variable |= sequenceBit
	}
	if h.Negative {
		cause |= negativeBit
	}
	if h.Test {
		cause |= testBit
	}
	return binary.LittleEndian.AppendUint16(append(dst, byte(h.Type), variable, cause, h.Originator), h.Station)
}

// Room returns how many objects of a type fit into an ASDU.
func Room(t Type, sequence bool) int {
	if !t.Known() {
		return 0
	}
	room := MaxASDU - asduHeadLen
	if !sequence {
		return min(maxObjects, room/(addressLen+t.objectLen()))
	}
	return min(maxObjects, (room-addressLen)/max(1, t.objectLen()))
}
