package cip

import "encoding/binary"

// The objects that are used (Vol. 1 §5-1; LDA).
const (
	IdentityClass = 0x01
	RouterClass   = 0x02 // Message Router
	ManagerClass  = 0x06 // Connection Manager
	SymbolClass   = 0x6B
	TemplateClass = 0x6C
)

// The segments of paths (Vol. 1 §C-1.4).
const (
	portSegment      = 0x00 // to 0x1F
	classSegment     = 0x20
	instanceSegment  = 0x24
	elementSegment   = 0x28
	attributeSegment = 0x30
	symbolSegment    = 0x91
	in16, in32       = 1, 2 // the format in a logical segment's lowest bits
)

// AppendSymbol appends the segment of a name: a tag's, a program's or a member's. A name has at most 255 octets.
func AppendSymbol(dst []byte, name string) []byte {
	dst = append(dst, symbolSegment, byte(len(name)))
	dst = append(dst, name...)
	if len(name)%2 != 0 {
		dst = append(dst, 0)
	}
	return dst
}

// AppendElement appends the segment of an element of an array; one for each dimension.
func AppendElement(dst []byte, index uint32) []byte { return appendLogical(dst, elementSegment, index) }

// AppendObject appends the way to an instance of a class; instance 0 is the class itself.
func AppendObject(dst []byte, class, instance uint32) []byte {
	return appendLogical(appendLogical(dst, classSegment, class), instanceSegment, instance)
}

// AppendAttribute appends the segment of an attribute.
func AppendAttribute(dst []byte, attribute uint32) []byte {
	return appendLogical(dst, attributeSegment, attribute)
}

// appendLogical appends a logical segment in its shortest format.
func appendLogical(dst []byte, kind byte, n uint32) []byte {
	switch {
	case n <= 0xFF:
		return append(dst, kind, byte(n))
	case n <= 0xFFFF:
		return binary.LittleEndian.AppendUint16(append(dst, kind|in16, 0), uint16(n))
	default:
		return binary.LittleEndian.AppendUint32(append(dst, kind|in32, 0), n)
	}
}

// Segment is one of a path: a name, or a number of the kind that its segment says.
type Segment struct {
	Name   string // of a symbol; else empty
	Kind   byte   // of a number: Class, Instance, Element, Attribute or Port
	Number uint32 // of a port: which
	Link   []byte // of a port: the address behind it
}

// The kinds of numbers in paths.
const (
	Class     = classSegment
	Instance  = instanceSegment
	Element   = elementSegment
	Attribute = attributeSegment
	Port      = 0x01
)

// ParsePath reads a path. ok is false for what is none, or has other segments.
func ParsePath(path []byte) (segments []Segment, ok bool) {
	for len(path) > 0 {
		s, n := parseSegment(path)
		if n == 0 {
			return nil, false
		}
		segments = append(segments, s)
		path = path[n:]
	}
	return segments, true
}

// parseSegment reads the first segment; n is 0 where it cannot.
func parseSegment(b []byte) (s Segment, n int) {
	switch {
	case len(b) < 2:
		return s, 0
	case b[0] == symbolSegment:
		length := int(b[1])
		n = 2 + length + length%2
		if length == 0 || len(b) < n {
			return s, 0
		}
		return Segment{Name: string(b[2 : 2+length])}, n
	case b[0]&0xE0 == portSegment:
		return parsePort(b)
	default:
		return parseLogical(b)
	}
}

func parseLogical(b []byte) (s Segment, n int) {
	s.Kind = b[0] &^ 3
	switch s.Kind {
	case Class, Instance, Element, Attribute:
	default:
		return s, 0
	}
	switch format := b[0] & 3; {
	case format == 0:
		s.Number, n = uint32(b[1]), 2
	case format == in16 && len(b) >= 4:
		s.Number, n = uint32(binary.LittleEndian.Uint16(b[2:])), 4
	case format == in32 && len(b) >= 6:
		s.Number, n = binary.LittleEndian.Uint32(b[2:]), 6
	}
	return s, n
}
