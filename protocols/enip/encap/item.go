package encap

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The types of items that are used (Vol. 2, table 2-6.3).
const (
	nullAddress      = 0x0000
	identityItem     = 0x000C
	connectedAddress = 0x00A1
	connectedData    = 0x00B1
	unconnectedData  = 0x00B2
)

// ErrItems says that data do not hold the items that they should.
var ErrItems = errors.New("items that were not expected")

// maxItems is how many items a frame may have; two or three are usual.
const maxItems = 16

// AppendUnconnected appends the data of a SendRRData with a CIP message.
func AppendUnconnected(dst, message []byte) []byte {
	dst = append(dst, 0, 0, 0, 0, 0, 0, 2, 0, // interface CIP, no timeout, two items
		nullAddress, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint16(dst, unconnectedData)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(message)))
	return append(dst, message...)
}

// Unconnected returns the CIP message in the data of a SendRRData.
func Unconnected(data []byte) ([]byte, error) {
	items, err := itemsOf(data)
	if err != nil {
		return nil, err
	}
	message, ok := items.find(unconnectedData)
	if !ok {
		return nil, fmt.Errorf("%w: no message", ErrItems)
	}
	return message, nil
}

// Connected is what the data of a SendUnitData hold.
type Connected struct {
	Connection uint32 // of the direction that the frame goes
	Sequence   uint16 // a reply has that of its request (Vol. 1 §3-4.4)
	Message    []byte
}

// ConnectedHead is how much stands in the data of a SendUnitData before the message.
const ConnectedHead = 8 + 8 + 4 + 2

// AppendConnected appends the data of a SendUnitData.
func AppendConnected(dst []byte, c Connected) []byte {
	dst = append(dst, 0, 0, 0, 0, 0, 0, 2, 0, connectedAddress, 0, 4, 0)
	dst = binary.LittleEndian.AppendUint32(dst, c.Connection)
	dst = binary.LittleEndian.AppendUint16(dst, connectedData)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(c.Message)+2))
	dst = binary.LittleEndian.AppendUint16(dst, c.Sequence)
	return append(dst, c.Message...)
}

// ParseConnected reads the data of a SendUnitData.
func ParseConnected(data []byte) (c Connected, err error) {
	items, err := itemsOf(data)
	if err != nil {
		return c, err
	}
	address, ok := items.find(connectedAddress)
	message, okToo := items.find(connectedData)
	if !ok || !okToo || len(address) != 4 || len(message) < 2 {
		return c, fmt.Errorf("%w: no connection", ErrItems)
	}
	return Connected{
		Connection: binary.LittleEndian.Uint32(address), Sequence: binary.LittleEndian.Uint16(message), Message: message[2:],
	}, nil
}

// AppendIdentity appends the data of the reply to a ListIdentity, from the identity's octets.
func AppendIdentity(dst, identity []byte) []byte {
	dst = append(dst, 1, 0, identityItem, 0)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(identity)))
	return append(dst, identity...)
}

// Identity returns the identity's octets in the reply to a ListIdentity.
func Identity(data []byte) ([]byte, error) {
	items, err := parseItems(data)
	if err != nil {
		return nil, err
	}
	identity, ok := items.find(identityItem)
	if !ok {
		return nil, fmt.Errorf("%w: no identity", ErrItems)
	}
	return identity, nil
}

// items are what a frame's data hold, in their order.
type items []item

type item struct {
	kind uint16
	data []byte
}

func (i items) find(kind uint16) ([]byte, bool) {
	for _, one := range i {
		if one.kind == kind {
			return one.data, true
		}
	}
	return nil, false
}

// itemsOf reads the items behind interface and timeout.
func itemsOf(data []byte) (items, error) {
	if len(data) < 6 || binary.LittleEndian.Uint32(data) != 0 {
		return nil, fmt.Errorf("%w: not of CIP", ErrItems)
	}
	return parseItems(data[6:])
}

func parseItems(b []byte) (items, error) {
	if len(b) < 2 {
		return nil, fmt.Errorf("%w: cut off", ErrItems)
	}
	count := int(binary.LittleEndian.Uint16(b))
	if b = b[2:]; count > maxItems {
		return nil, fmt.Errorf("%w: %d of them", ErrItems, count)
	}
	list := make(items, 0, count)
	for range count {
		if len(b) < 4 {
			return nil, fmt.Errorf("%w: cut off", ErrItems)
		}
		length := int(binary.LittleEndian.Uint16(b[2:]))
		if len(b) < 4+length {
			return nil, fmt.Errorf("%w: cut off", ErrItems)
		}
		list = append(list, item{kind: binary.LittleEndian.Uint16(b), data: b[4 : 4+length]})
		b = b[4+length:]
	}
	return list, nil
}
