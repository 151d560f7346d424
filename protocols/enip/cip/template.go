package cip

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// Shape is what a template says of itself (LDA, Template object).
type Shape struct {
	Handle  uint16 // as reads and writes of the structure carry it
	Members uint16
	Size    uint32 // of a value, in octets
	Words   uint32 // of the definition, in 32 bits
}

// The attributes of a template.
const (
	templateHandle  = 1
	templateMembers = 2
	templateWords   = 4
	templateSize    = 5
)

// AppendShape appends the request for a template's shape.
func AppendShape(dst []byte, template uint16) []byte {
	attributes := []uint16{templateWords, templateSize, templateMembers, templateHandle}
	return AppendRequest(dst, GetAttributeList, AppendObject(nil, TemplateClass, uint32(template)), appendList(nil, attributes))
}

// ParseShape reads the data of the reply. An error wraps ErrMessage.
func ParseShape(data []byte) (s Shape, err error) {
	const size = 2 + 2*(4+4) + 2*(4+2)
	if len(data) < size {
		return s, fmt.Errorf("%w: a template's attributes, cut off", ErrMessage)
	}
	for _, status := range [...]uint16{
		binary.LittleEndian.Uint16(data[4:]), binary.LittleEndian.Uint16(data[12:]), binary.LittleEndian.Uint16(data[20:]), binary.LittleEndian.Uint16(data[26:]),
	} {
		if status != 0 {
			return s, fmt.Errorf("%w: a template without its attributes", ErrMessage)
		}
	}
	return Shape{
		Words: binary.LittleEndian.Uint32(data[6:]), Size: binary.LittleEndian.Uint32(data[14:]),
		Members: binary.LittleEndian.Uint16(data[22:]), Handle: binary.LittleEndian.Uint16(data[28:]),
	}, nil
}

// Append appends a shape as it stands in the reply.
func (s Shape) Append(dst []byte) []byte {
	dst = append(dst, 4, 0, templateWords, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, s.Words)
	dst = binary.LittleEndian.AppendUint32(append(dst, templateSize, 0, 0, 0), s.Size)
	dst = binary.LittleEndian.AppendUint16(append(dst, templateMembers, 0, 0, 0), s.Members)
	return binary.LittleEndian.AppendUint16(append(dst, templateHandle, 0, 0, 0), s.Handle)
}

// definitionHead is how much shorter a template's definition is than its words say (LDA).
const definitionHead = 23

// DefinitionSize returns the octets of the definition that are to be read.
func (s Shape) DefinitionSize() int { return max(int(s.Words)*4-definitionHead, 0) }

// AppendDefinition appends the request for a piece of a template's definition.
func AppendDefinition(dst []byte, template uint16, offset uint32, length uint16) []byte {
	data := binary.LittleEndian.AppendUint32(nil, offset)
	data = binary.LittleEndian.AppendUint16(data, length)
	return AppendRequest(dst, ReadTag, AppendObject(nil, TemplateClass, uint32(template)), data)
}

// Template is how a structure is laid out.
type Template struct {
	Shape

	Name    string
	Members []Member
}

// Member is one of a structure's.
type Member struct {
	Name   string
	Type   SymbolType
	Length uint16 // elements of an array; of BOOL, the bit; 0 for others
	Offset uint32 // in octets
}

// IsHidden reports whether a member is one that the controller made, to keep bits in.
func (m Member) IsHidden() bool {
	return strings.HasPrefix(m.Name, "ZZZZZZZZZZ") || strings.HasPrefix(m.Name, "__")
}

// IsArray reports whether the member is an array.
func (m Member) IsArray() bool { return m.Type.Dimensions() > 0 }

// memberSize is what a definition has of each member before the names.
const memberSize = 8

// ParseTemplate reads a definition, put together. An error wraps ErrMessage.
func ParseTemplate(s Shape, definition []byte) (t Template, err error) {
	t.Shape = s
	if len(definition) < memberSize*int(s.Members) {
		return t, fmt.Errorf("%w: a template of %d members, cut off", ErrMessage, s.Members)
	}
	names := bytes.Split(definition[memberSize*int(s.Members):], []byte{0})
	if len(names) <= int(s.Members) {
		return t, fmt.Errorf("%w: a template of %d members with %d names", ErrMessage, s.Members, len(names)-1)
	}
	own, _, _ := bytes.Cut(names[0], []byte{';'})
	t.Name = Text(own)
	t.Members = make([]Member, s.Members)
	for i := range t.Members {
		b := definition[memberSize*i:]
		t.Members[i] = Member{
			Name: Text(names[i+1]), Length: binary.LittleEndian.Uint16(b), Type: SymbolType(binary.LittleEndian.Uint16(b[2:])),
			Offset: binary.LittleEndian.Uint32(b[4:]),
		}
	}
	return t, nil
}

// AppendMembers appends a template's definition.
func (t Template) AppendMembers(dst []byte) []byte {
	for _, m := range t.Members {
		dst = binary.LittleEndian.AppendUint16(dst, m.Length)
		dst = binary.LittleEndian.AppendUint16(dst, uint16(m.Type))
		dst = binary.LittleEndian.AppendUint32(dst, m.Offset)
	}
	dst = append(append(dst, t.Name...), ";nEBECEAHA\x00"...)
	for _, m := range t.Members {
		dst = append(append(dst, m.Name...), 0)
	}
	return dst
}

// IsString reports whether the structure is a text: a length and characters, as STRING and what users make like it.
func (t Template) IsString() bool {
	if len(t.Members) != 2 {
		return false
	}
	length, characters := t.Members[0], t.Members[1]
	return length.Name == "LEN" && length.Type.Atomic() == DINT && !length.IsArray() &&
		characters.Name == "DATA" && characters.Type.Atomic() == SINT && characters.IsArray()
}
