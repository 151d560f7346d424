package mms

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/protocols/iec61850/ber"
)

// Type is the type of a variable.
type Type struct {
	Kind       Kind
	Size       int // bits of numbers and bit strings, octets of strings; below 0 it may be less; elements of an Array
	Components []Component
}

// Component is one of a Structure, or, without a name, the element of an Array.
type Component struct {
	Name string
	Type Type
}

// StructType returns a structure.
func StructType(components ...Component) Type { return Type{Kind: Structure, Components: components} }

// Component returns the component of a Structure with a name, and where it stands.
func (t *Type) Component(name string) (index int, inner *Type, ok bool) {
	if t.Kind != Structure {
		return 0, nil, false
	}
	for i := range t.Components {
		if t.Components[i].Name == name {
			return i, &t.Components[i].Type, true
		}
	}
	return 0, nil, false
}

// maxEncoded is more than anybody sends.
const maxEncoded = 1 << 20

// Encoded is how many octets a value of the type has at most, about.
func (t *Type) Encoded() int { return min(t.encoded(), maxEncoded) }

func (t *Type) encoded() int {
	const header = 4
	size := t.Size
	if size < 0 {
		size = -size
	}
	switch t.Kind {
	case Structure:
		for i := range t.Components {
			size += t.Components[i].Type.Encoded()
		}
		return header + size
	case Array:
		if len(t.Components) == 1 {
			return header + size*t.Components[0].Type.Encoded()
		}
		return header
	case Integer, Unsigned, BitString, Float:
		return header + size/8
	case Octets, Visible, Text:
		return header + size
	default:
		return header + 8
	}
}

// Append appends the specification of the type (§14.4.1).
func (t *Type) Append(dst []byte) []byte {
	tag := primitive | uint32(t.Kind)
	switch t.Kind {
	case Structure:
		var components []byte
		for i := range t.Components {
			c := &t.Components[i]
			components = ber.Append(components, 0x30, ber.Text(0x80, c.Name), ber.Wrap(0xA1, c.Type.Append(nil)))
		}
		return ber.Append(dst, constructed|uint32(Structure), ber.Wrap(0xA1, components))
	case Array:
		return ber.Append(dst, constructed|uint32(Array), ber.Int(0x81, int64(t.Size)), ber.Wrap(0xA2, t.Components[0].Type.Append(nil)))
	case Boolean, UTCTime:
		return ber.Append(dst, tag)
	case BinaryTime:
		return ber.Append(dst, tag, []byte{0xFF})
	case Float:
		exponent := int64(exponent32)
		if t.Size == 64 {
			exponent = exponent64
		}
		return ber.Append(dst, constructed|uint32(Float), ber.Int(0x02, int64(t.Size)), ber.Int(0x02, exponent))
	default:
		return append(dst, ber.Int(tag, int64(t.Size))...)
	}
}

// maxElements bounds the components of a type, all together.
const maxElements = 1 << 16

// ParseType reads a specification.
func ParseType(b []byte) (Type, error) {
	left := maxElements
	return parseType(b, 0, &left)
}

func parseType(b []byte, depth int, left *int) (t Type, err error) {
	if *left--; depth > maxDepth || *left < 0 {
		return t, fmt.Errorf("%w: a type more than %d deep, or of more than %d components", ErrPDU, maxDepth, maxElements)
	}
	e, _, err := ber.Parse(b)
	if err != nil {
		return t, err
	}
	t.Kind = Kind(e.Tag & 0x1F)
	if e.Tag != primitive|uint32(t.Kind) && e.Tag != constructed|uint32(t.Kind) || t.Kind == Failure {
		return t, fmt.Errorf("%w: tag %X is no type", ErrPDU, e.Tag)
	}
	switch t.Kind {
	case Structure:
		err = t.parseComponents(ber.Find(e.Content, 0xA1), depth, left)
		return t, err
	case Array:
		err = t.parseElement(e.Content, depth, left)
		return t, err
	case Boolean, UTCTime, BinaryTime:
		return t, nil
	default:
		if t.Kind == Float {
			e.Content = ber.Find(e.Content, 0x02)
		}
		size, err := ber.ParseInt(e.Content)
		if size < -maxElements || size > maxElements {
			return t, fmt.Errorf("%w: a type of %d octets", ErrPDU, size)
		}
		t.Size = int(size)
		return t, err
	}
}

func (t *Type) parseComponents(b []byte, depth int, left *int) error {
	for len(b) > 0 {
		e, rest, err := ber.Parse(b)
		if err != nil {
			return err
		}
		inner, err := parseType(ber.Find(e.Content, 0xA1), depth+1, left)
		if err != nil {
			return err
		}
		t.Components = append(t.Components, Component{Name: string(ber.Find(e.Content, 0x80)), Type: inner})
		b = rest
	}
	return nil
}

func (t *Type) parseElement(b []byte, depth int, left *int) error {
	count, err := ber.ParseInt(ber.Find(b, 0x81))
	if err != nil || count < 0 || count > maxElements {
		return fmt.Errorf("%w: an array of %d elements", ErrPDU, count)
	}
	element, err := parseType(ber.Find(b, 0xA2), depth+1, left)
	t.Size, t.Components = int(count), []Component{{Type: element}}
	return err
}
