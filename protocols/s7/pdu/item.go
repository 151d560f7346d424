package pdu

import (
	"encoding/binary"
	"fmt"
)

// Area is where in a PLC something is.
type Area uint8

// The areas.
const (
	Inputs   Area = 0x81
	Outputs  Area = 0x82
	Markers  Area = 0x83
	DB       Area = 0x84
	Counters Area = 0x1C
	Timers   Area = 0x1D
)

// IsNumbered reports whether the area consists of numbered things of two octets each, and not of octets.
func (a Area) IsNumbered() bool { return a == Counters || a == Timers }

// Item is a place to be read or written.
type Item struct {
	Area  Area
	IsBit bool
	Bit   uint8  // of the octet Start, where IsBit
	DB    uint16 // the number of the data block, where Area is DB
	Start int    // the first octet, timer or counter
	Count int    // of octets, timers or counters; 1 where IsBit
}

// Octets returns how many octets of data the item has.
func (i Item) Octets() int {
	if i.Area.IsNumbered() {
		return 2 * i.Count
	}
	return i.Count
}

// MaxStart is the last octet that an address can name.
const MaxStart = 1<<21 - 1

// The forms of an item's address and of its data.
const (
	bitItem   = 0x01
	octetItem = 0x02

	noData    = 0x00
	bitData   = 0x03 // a length in bits
	wordData  = 0x04
	intData   = 0x05
	octetData = 0x09 // a length in octets
)

// What items cost in a PDU.
const (
	itemLen     = 12
	itemDataLen = 4

	// MaxItems is how many items a PLC takes in a job.
	MaxItems = 20
)

// Room is what a PDU of the agreed size still bears.
type Room struct {
	job, answer int // octets
	items       int
	odd         int // 1 where the next item's data begin with an octet that fills up the one before
}

// RoomToRead returns what a Read Var job bears.
func RoomToRead(size int) Room {
	return Room{job: size - jobHeader - 2, answer: size - ackHeader - 2, items: MaxItems}
}

// Take takes an item of so many octets, if there is room for it.
func (r *Room) Take(octets int) bool {
	left := Room{r.job - itemLen, r.answer - r.odd - itemDataLen - octets, r.items - 1, octets & 1}
	if left.job < 0 || left.answer < 0 || left.items < 0 {
		return false
	}
	*r = left
	return true
}

// MaxRead returns how many octets a single item can be read with.
func MaxRead(size int) int { return size - ackHeader - 2 - itemDataLen }

// MaxWrite returns how many octets a single item can be written with.
func MaxWrite(size int) int { return size - jobHeader - 2 - itemLen - itemDataLen }

// appendItem appends the address of an item (S7ANY).
func appendItem(dst []byte, i Item) []byte {
	form, at := byte(octetItem), uint32(i.Start)<<3
	switch {
	case i.Area.IsNumbered():
		form, at = byte(i.Area), uint32(i.Start)
	case i.IsBit:
		form, at = bitItem, at|uint32(i.Bit)
	}
	dst = append(dst, 0x12, itemLen-2, 0x10, form)
	dst = binary.BigEndian.AppendUint16(dst, uint16(i.Count))
	dst = binary.BigEndian.AppendUint16(dst, i.DB)
	return append(dst, byte(i.Area), byte(at>>16), byte(at>>8), byte(at))
}

// AppendRead appends the job that reads items.
func AppendRead(dst []byte, items ...Item) []byte {
	from := len(dst)
	dst = Append(dst, PDU{Kind: Job})
	dst = append(dst, byte(ReadVar), byte(len(items)))
	for _, i := range items {
		dst = appendItem(dst, i)
	}
	binary.BigEndian.PutUint16(dst[from+6:], uint16(2+itemLen*len(items)))
	return dst
}

// AppendWrite appends the job that writes an item.
func AppendWrite(dst []byte, i Item, octets []byte) []byte {
	from := len(dst)
	dst = Append(dst, PDU{Kind: Job})
	dst = appendItem(append(dst, byte(WriteVar), 1), i)
	binary.BigEndian.PutUint16(dst[from+6:], 2+itemLen)
	data := len(dst)
	dst = appendItemData(dst, 0, i, octets)
	binary.BigEndian.PutUint16(dst[from+8:], uint16(len(dst)-data))
	return dst
}

// appendItemData appends a code and the data of an item.
func appendItemData(dst []byte, code Return, i Item, octets []byte) []byte {
	form, length := byte(wordData), 8*len(octets)
	switch {
	case i.IsBit:
		form, length = bitData, 1
	case i.Area.IsNumbered():
		form, length = octetData, len(octets)
	}
	dst = append(dst, byte(code), form)
	dst = binary.BigEndian.AppendUint16(dst, uint16(length))
	return append(dst, octets...)
}

// Items are the data of items in an answer or a write.
type Items struct {
	rest    []byte
	left    int
	written bool // they are of a job, which has no codes yet
}

// ParseRead returns what an answer says of so many items.
func ParseRead(p PDU, items int) (Items, error) {
	return Items{rest: p.Data, left: items}, p.answers(ReadVar, items)
}

// Next returns the next item: its code, and its octets, which refer to the PDU.
func (i *Items) Next() (Return, []byte, error) {
	if len(i.rest) < itemDataLen || i.left == 0 {
		return 0, nil, fmt.Errorf("%w: it has not the data of all items", ErrPDU)
	}
	code, form, length := Return(i.rest[0]), i.rest[1], int(binary.BigEndian.Uint16(i.rest[2:]))
	i.rest, i.left = i.rest[itemDataLen:], i.left-1
	if code != OK && !i.written {
		return code, nil, nil // whatever length it has: no data follow
	}
	if form == bitData || form == wordData || form == intData {
		length = (length + 7) / 8
	}
	if length > len(i.rest) {
		return 0, nil, fmt.Errorf("%w: the data of an item are cut off", ErrPDU)
	}
	octets := i.rest[:length:length]
	if i.rest = i.rest[length:]; length&1 != 0 && i.left > 0 && len(i.rest) > 0 {
		i.rest = i.rest[1:] // all but the last begin at an even place
	}
	return code, octets, nil
}

// ParseWrite returns the code of a write of one item.
func ParseWrite(p PDU) (Return, error) {
	if err := p.answers(WriteVar, 1); err != nil {
		return 0, err
	}
	if len(p.Data) != 1 {
		return 0, fmt.Errorf("%w: %d octets tell the outcome of a write", ErrPDU, len(p.Data))
	}
	return Return(p.Data[0]), nil
}
