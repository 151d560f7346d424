package wire

import "encoding/binary"

// Asked is a request, as a device reads it. Its data share the memory that it was parsed from.
type Asked struct {
	Function Function
	Address  uint16
	Count    int    // registers or bits
	Data     []byte // of a write: registers, or packed bits; the AND and the OR mask of a mask write
}

// ParseAsked reads a request. Where it is none, the exception is what a device answers: that it does not know the function,
// or does not allow such a count.
func ParseAsked(pdu []byte) (a Asked, e Exception) {
	f := FunctionOf(pdu)
	n, known := askedLength(pdu)
	switch {
	case !known:
		return a, IllegalFunction
	case n != len(pdu):
		return a, IllegalValue
	}
	a = Asked{Function: f, Address: binary.BigEndian.Uint16(pdu[1:]), Count: 1}
	second := int(binary.BigEndian.Uint16(pdu[3:]))
	switch f {
	case ReadCoils, ReadDiscreteInputs:
		return a.counted(second, MaxReadBits, nil)
	case ReadHolding, ReadInput:
		return a.counted(second, MaxReadRegisters, nil)
	case WriteCoil:
		if second != 0 && second != 0xFF00 {
			return a, IllegalValue
		}
		a.Data = []byte{byte(second >> 8 & 1)}
	case WriteRegister:
		a.Data = pdu[3:]
	case MaskWrite:
		a.Data = pdu[3:]
	case WriteCoils:
		if len(pdu)-6 != (second+7)/8 {
			return a, IllegalValue
		}
		return a.counted(second, MaxWriteBits, pdu[6:])
	case WriteRegisters:
		if len(pdu)-6 != 2*second {
			return a, IllegalValue
		}
		return a.counted(second, MaxWriteRegisters, pdu[6:])
	}
	return a, 0
}

// counted sets count and data, unless the count is not allowed (AP §6).
func (a Asked) counted(n, most int, data []byte) (Asked, Exception) {
	a.Count, a.Data = n, data
	switch {
	case n < 1 || n > most:
		return a, IllegalValue
	case int(a.Address)+n > 0x10000:
		return a, IllegalAddress
	}
	return a, 0
}

// askedLength returns how long the request is whose beginning is given; 0 where that is too short to tell. known is false
// for functions that are none of those above.
func askedLength(pdu []byte) (n int, known bool) {
	switch FunctionOf(pdu) {
	case ReadCoils, ReadDiscreteInputs, ReadHolding, ReadInput, WriteCoil, WriteRegister:
		return headLength, true
	case MaskWrite:
		return headLength + 2, true
	case WriteCoils, WriteRegisters:
		if len(pdu) < headLength+1 {
			return 0, true
		}
		return headLength + 1 + int(pdu[headLength]), true
	default:
		return 0, false
	}
}

// AppendAnswer appends the reply to a request: of a read with its data, of a write without.
func AppendAnswer(dst []byte, a Asked, data []byte) []byte {
	dst = append(dst, byte(a.Function))
	switch {
	case a.Function.ReadsBits(), a.Function.ReadsRegisters():
		return append(append(dst, byte(len(data))), data...)
	case a.Function == WriteCoils, a.Function == WriteRegisters:
		return appendWords(dst, a.Address, uint16(a.Count))
	case a.Function == WriteCoil:
		return append(appendWords(dst, a.Address), 0xFF*a.Data[0], 0)
	default:
		return append(appendWords(dst, a.Address), a.Data...)
	}
}

// ParseRTU takes the first request off what came over a line that is no line, but a connection: frames begin where the one
// before ended. length is 0 where more is to come, and negative where this is no request. One of an
// unknown function is as long as what there is, if its CRC says so.
func ParseRTU(buf []byte) (unit byte, pdu []byte, length int) {
	if len(buf) < 2 {
		return 0, nil, 0
	}
	n, known := askedLength(buf[1:])
	if !known && len(buf) >= 4 && len(buf) <= MaxPDU+3 && intactRTU(buf) {
		n, known = len(buf)-3, true // nobody sends more before it is answered
	}
	if !known {
		return 0, nil, -1
	}
	if length = 1 + n + 2; n == 0 || len(buf) < length {
		return 0, nil, 0
	}
	if n > MaxPDU || !intactRTU(buf[:length]) {
		return 0, nil, -1
	}
	return buf[0], buf[1 : 1+n], length
}
