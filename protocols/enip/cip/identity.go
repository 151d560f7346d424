package cip

import (
	"encoding/binary"
	"fmt"
)

// Identity is what a device says of itself (Vol. 1 §5-2).
type Identity struct {
	Vendor, DeviceType, ProductCode uint16
	Major, Minor                    uint8
	Status                          uint16
	Serial                          uint32
	Name                            string // of the product, as 1756-L83E/B
}

// addressSize is how much stands before the identity in the reply to a ListIdentity: a version and a socket address.
const addressSize = 2 + 16

// ParseIdentity reads the reply of an Identity object to Get Attributes All. An error wraps ErrMessage.
func ParseIdentity(b []byte) (i Identity, err error) {
	if len(b) < 15 || len(b) < 15+int(b[14]) {
		return i, fmt.Errorf("%w: an identity, cut off", ErrMessage)
	}
	return Identity{
		Vendor: binary.LittleEndian.Uint16(b), DeviceType: binary.LittleEndian.Uint16(b[2:]), ProductCode: binary.LittleEndian.Uint16(b[4:]),
		Major: b[6], Minor: b[7], Status: binary.LittleEndian.Uint16(b[8:]), Serial: binary.LittleEndian.Uint32(b[10:]),
		Name: Text(b[15 : 15+int(b[14])]),
	}, nil
}

// ParseListed reads the identity's octets in the reply to a ListIdentity. An error wraps ErrMessage.
func ParseListed(b []byte) (Identity, error) {
	if len(b) < addressSize {
		return Identity{}, fmt.Errorf("%w: an identity, cut off", ErrMessage)
	}
	return ParseIdentity(b[addressSize:])
}

// Append appends the reply of an Identity object to Get Attributes All. The name has at most 255 octets.
func (i Identity) Append(dst []byte) []byte {
	for _, word := range [...]uint16{i.Vendor, i.DeviceType, i.ProductCode} {
		dst = binary.LittleEndian.AppendUint16(dst, word)
	}
	dst = binary.LittleEndian.AppendUint16(append(dst, i.Major, i.Minor), i.Status)
	dst = binary.LittleEndian.AppendUint32(dst, i.Serial)
	return append(append(dst, byte(len(i.Name))), i.Name...)
}

// AppendListed appends an identity's octets as in the reply to a ListIdentity; the socket address is left 0.
func (i Identity) AppendListed(dst []byte) []byte {
	dst = append(append(dst, 1, 0), make([]byte, addressSize-2)...)
	return append(i.Append(dst), 0xFF) // the state is not told
}

// String says what it is: 1756-L83E/B, revision 33.011, serial 00C0FFEE.
func (i Identity) String() string {
	return fmt.Sprintf("%s, revision %d.%03d, serial %08X", i.Name, i.Major, i.Minor, i.Serial)
}
