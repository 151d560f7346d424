package pdu

import (
	"encoding/binary"
	"fmt"
)

// Outcome is what became of an item that was read.
type Outcome struct {
	Return Return
	Octets []byte
}

// ParseItems returns the items of a Read Var or Write Var job.
func ParseItems(p PDU) ([]Item, error) {
	b := p.Parameters
	f := p.function()
	if p.Kind != Job || f != ReadVar && f != WriteVar || len(b) < 2 || len(b) != 2+itemLen*int(b[1]) {
		return nil, fmt.Errorf("%w: it is no Read Var or Write Var job", ErrPDU)
	}
	items := make([]Item, 0, b[1])
	for b = b[2:]; len(b) > 0; b = b[itemLen:] {
		i := Item{
			Area: Area(b[8]), IsBit: b[3] == bitItem, DB: binary.BigEndian.Uint16(b[6:]), Count: int(binary.BigEndian.Uint16(b[4:])),
		}
		at := int(b[9])<<16 | int(b[10])<<8 | int(b[11])
		switch {
		case b[0] != 0x12 || b[1] != itemLen-2 || b[2] != 0x10:
			return nil, fmt.Errorf("%w: an item % x", ErrPDU, b[:itemLen])
		case i.Area.IsNumbered():
			i.Start = at
		default:
			i.Start, i.Bit = at>>3, uint8(at&7)
		}
		items = append(items, i)
	}
	return items, nil
}

// ParseWritten returns the octets of the items of a Write Var job.
func ParseWritten(p PDU, items int) ([][]byte, error) {
	data := Items{rest: p.Data, left: items, written: true}
	all := make([][]byte, items)
	for i := range all {
		var err error
		if _, all[i], err = data.Next(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// AppendReadAnswer appends the answer to a Read Var job.
func AppendReadAnswer(dst []byte, reference uint16, items []Item, outcomes []Outcome) []byte {
	var data []byte
	for n, o := range outcomes {
		if o.Return != OK {
			data = append(data, byte(o.Return), noData, 0, 0)
			continue
		}
		data = appendItemData(data, OK, items[n], o.Octets)
		if len(o.Octets)&1 != 0 && n < len(outcomes)-1 {
			data = append(data, 0)
		}
	}
	return Append(dst, PDU{Kind: AckData, Reference: reference, Parameters: []byte{byte(ReadVar), byte(len(items))}, Data: data})
}

// AppendWriteAnswer appends the answer to a Write Var job.
func AppendWriteAnswer(dst []byte, reference uint16, returns ...Return) []byte {
	data := make([]byte, len(returns))
	for i, r := range returns {
		data[i] = byte(r)
	}
	return Append(dst, PDU{Kind: AckData, Reference: reference, Parameters: []byte{byte(WriteVar), byte(len(returns))}, Data: data})
}
