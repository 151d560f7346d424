package cip

import (
	"encoding/binary"
	"fmt"
)

// Symbol is a tag as the controller lists it (LDA, Symbol object).
type Symbol struct {
	Instance   uint32
	Name       string
	Type       SymbolType
	Dimensions [3]uint32 // as many as Type says
	Access     Access
}

// SymbolType says what a tag or a member is: the code of a type, or the instance of a template, and how many dimensions.
type SymbolType uint16

// The bits of a SymbolType.
const (
	isStructure = 0x8000
	isSystem    = 0x1000
	codeBits    = 0x0FFF
)

// Template returns the instance of a structure's template; ok is false where it is none.
func (t SymbolType) Template() (instance uint16, ok bool) {
	return uint16(t) & codeBits, t&isStructure != 0
}

// Atomic returns the type where it is no structure. BOOL carries its bit in the bits above.
func (t SymbolType) Atomic() Type { return Type(t & 0xFF) }

// Dimensions returns how many an array has; 0 for what is none.
func (t SymbolType) Dimensions() int { return int(t >> 13 & 3) }

// IsSystem reports whether the controller keeps it for itself.
func (t SymbolType) IsSystem() bool { return t&isSystem != 0 }

// StructureType returns the SymbolType of a structure, and AtomicType that of a type.
func StructureType(template uint16, dimensions int) SymbolType {
	return isStructure | SymbolType(dimensions)<<13 | SymbolType(template&codeBits)
}

// AtomicType is described at StructureType.
func AtomicType(t Type, dimensions int) SymbolType {
	return SymbolType(dimensions)<<13 | SymbolType(t&0xFF)
}

// Access is what a controller allows others to do with a tag: its External Access.
type Access uint8

// The accesses.
const (
	ReadWrite Access = 0
	ReadOnly  Access = 2
	None      Access = 3
)

// The attributes of a symbol that are asked for.
const (
	symbolName       = 1
	symbolType       = 2
	symbolDimensions = 8
	SymbolAccess     = 10 // which controllers before version 21 do not have
)

// SymbolAttributes are those that are asked for.
func SymbolAttributes(access bool) []uint16 {
	if access {
		return []uint16{symbolName, symbolType, symbolDimensions, SymbolAccess}
	}
	return []uint16{symbolName, symbolType, symbolDimensions}
}

// AppendSymbolList appends the request for the tags of a program, or of the controller where it is empty, from an
// instance on.
func AppendSymbolList(dst []byte, program string, from uint32, access bool) []byte {
	var path []byte
	if program != "" {
		path = AppendSymbol(nil, program)
	}
	return AppendRequest(dst, GetInstanceAttribute, AppendObject(path, SymbolClass, from), appendList(nil, SymbolAttributes(access)))
}

// appendList appends a list of attributes behind its length.
func appendList(dst []byte, attributes []uint16) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(attributes)))
	for _, a := range attributes {
		dst = binary.LittleEndian.AppendUint16(dst, a)
	}
	return dst
}

// ParseSymbols appends the tags in the data of a reply. An error wraps ErrMessage.
func ParseSymbols(dst []Symbol, data []byte, access bool) ([]Symbol, error) {
	tail := 2 + 3*4
	if access {
		tail++
	}
	for len(data) > 0 {
		if len(data) < 6 || len(data) < 6+int(binary.LittleEndian.Uint16(data[4:]))+tail {
			return dst, fmt.Errorf("%w: a list of tags, cut off", ErrMessage)
		}
		s := Symbol{Instance: binary.LittleEndian.Uint32(data)}
		end := 6 + int(binary.LittleEndian.Uint16(data[4:]))
		s.Name = Text(data[6:end])
		s.Type = SymbolType(binary.LittleEndian.Uint16(data[end:]))
		for i := range s.Dimensions {
			s.Dimensions[i] = binary.LittleEndian.Uint32(data[end+2+4*i:])
		}
		if access {
			s.Access = Access(data[end+tail-1])
		}
		dst = append(dst, s)
		data = data[end+tail:]
	}
	return dst, nil
}

// ParseSymbolList reads which attributes a request for tags wants. An error wraps ErrMessage.
func ParseSymbolList(data []byte) (attributes []uint16, err error) {
	if len(data) < 2 || len(data) != 2+2*int(binary.LittleEndian.Uint16(data)) {
		return nil, fmt.Errorf("%w: a list of attributes, cut off", ErrMessage)
	}
	for rest := data[2:]; len(rest) > 0; rest = rest[2:] {
		attributes = append(attributes, binary.LittleEndian.Uint16(rest))
	}
	return attributes, nil
}

// Append appends a tag with the attributes that a reply has; ok is false where it has not all of them.
func (s Symbol) Append(dst []byte, attributes []uint16) (_ []byte, ok bool) {
	dst = binary.LittleEndian.AppendUint32(dst, s.Instance)
	for _, a := range attributes {
		switch a {
		case symbolName:
			dst = binary.LittleEndian.AppendUint16(dst, uint16(len(s.Name)))
			dst = append(dst, s.Name...)
		case symbolType:
			dst = binary.LittleEndian.AppendUint16(dst, uint16(s.Type))
		case symbolDimensions:
			for _, n := range s.Dimensions {
				dst = binary.LittleEndian.AppendUint32(dst, n)
			}
		case SymbolAccess:
			dst = append(dst, byte(s.Access))
		default:
			return dst, false
		}
	}
	return dst, true
}
