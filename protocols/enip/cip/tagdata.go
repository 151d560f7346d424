package cip

import (
	"encoding/binary"
	"fmt"
)

// AppendRead appends the request for elements of a tag (LDA, Read Tag).
func AppendRead(dst, path []byte, elements uint16) []byte {
	return AppendRequest(dst, ReadTag, path, binary.LittleEndian.AppendUint16(nil, elements))
}

// AppendReadFrom appends the request for the rest of a tag's elements from an offset in octets on (LDA, Read Tag Fragmented).
func AppendReadFrom(dst, path []byte, elements uint16, offset uint32) []byte {
	data := binary.LittleEndian.AppendUint16(nil, elements)
	return AppendRequest(dst, ReadTagFragmented, path, binary.LittleEndian.AppendUint32(data, offset))
}

// AppendWrite appends the request that writes elements of a tag (LDA, Write Tag).
func AppendWrite(dst, path []byte, kind Kind, elements uint16, values []byte) []byte {
	data := binary.LittleEndian.AppendUint16(kind.Append(nil), elements)
	return AppendRequest(dst, WriteTag, path, append(data, values...))
}

// AppendModify appends the request that sets and clears bits of a tag in one step (LDA, Read Modify Write Tag). size is the
// octets of the tag's type.
func AppendModify(dst, path []byte, size int, or, and uint64) []byte {
	data := binary.LittleEndian.AppendUint16(nil, uint16(size))
	for _, mask := range [...]uint64{or, and} {
		data = append(data, binary.LittleEndian.AppendUint64(nil, mask)[:size]...)
	}
	return AppendRequest(dst, ReadModifyWrite, path, data)
}

// Kind is a type as reads and writes carry it: a structure's with its handle.
type Kind struct {
	Type   Type
	Handle uint16 // of a structure
}

// Append appends the kind.
func (k Kind) Append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, uint16(k.Type))
	if k.Type == Structure {
		dst = binary.LittleEndian.AppendUint16(dst, k.Handle)
	}
	return dst
}

// ParseValues reads the data of the reply to a read: a kind, and values behind it. An error wraps ErrMessage.
func ParseValues(data []byte) (k Kind, values []byte, err error) {
	if len(data) < 2 {
		return k, nil, fmt.Errorf("%w: values without their type", ErrMessage)
	}
	k.Type = Type(binary.LittleEndian.Uint16(data))
	if data = data[2:]; k.Type != Structure {
		return k, data, nil
	}
	if len(data) < 2 {
		return k, nil, fmt.Errorf("%w: a structure without its handle", ErrMessage)
	}
	k.Handle = binary.LittleEndian.Uint16(data)
	return k, data[2:], nil
}
