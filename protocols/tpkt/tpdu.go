package tpkt

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// TPDU is one, or what several carry together.
type TPDU struct {
	Code            Code
	Last            bool   // of Data: the end of what began with this TPDU or one before it
	Data            []byte // of Data
	Reason          uint8  // of DisconnectRequest and Error
	Reference       uint16 // of the end that sent it, of those that connect
	Calling, Called []byte // transport selectors (TSAPs), of those that connect
	Size            int    // octets of a TPDU that those that connect propose; 0: it is not said
}

// Port is the one of ISO on TCP (RFC 1006 §4).
const Port = "102"

// Code is the kind of a TPDU (ISO/IEC 8073 §13.2.2.2).
type Code uint8

// The kinds of class 0.
const (
	ConnectRequest    Code = 0xE0
	ConnectConfirm    Code = 0xD0
	DisconnectRequest Code = 0x80
	Data              Code = 0xF0
	Error             Code = 0x70
)

// ErrFrame says that octets are no frame of ISO on TCP, or no TPDU of class 0.
var ErrFrame = errors.New("this is no frame of ISO on TCP")

const (
	version   = 3
	tpktLen   = 4
	endOfTSDU = 0x80
)

// The lengths of headers, with the octet that tells the length.
const (
	dataLen       = 3
	errorLen      = 5
	connectLen    = 7 // without parameters
	disconnectLen = 7
)

// The parameters of those that connect (ISO/IEC 8073 §13.3.4).
const (
	parameterSize    = 0xC0
	parameterCalling = 0xC1
	parameterCalled  = 0xC2
)

// Parse takes the first TPDU off b, and returns how many octets it has with its TPKT; 0 where it is not whole yet. What it
// returns refers to b.
func Parse(b []byte) (t TPDU, n int, err error) {
	if len(b) > 0 && b[0] != version {
		return t, 0, fmt.Errorf("%w: it begins with % x", ErrFrame, b[:min(len(b), tpktLen)])
	}
	if len(b) < tpktLen {
		return t, 0, nil
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length < tpktLen+dataLen {
		return t, 0, fmt.Errorf("%w: it has a length of %d", ErrFrame, length)
	}
	if len(b) < length {
		return t, 0, nil
	}
	if t, err = parseTPDU(b[tpktLen:length]); err != nil {
		return TPDU{}, 0, err
	}
	return t, length, nil
}

// ParseMessage takes the first TPDU off b, and where it is one of data, those that carry the rest of it; n is 0 where they are
// not whole yet.
func ParseMessage(b []byte) (t TPDU, n int, err error) {
	var data []byte
	for {
		t, length, err := Parse(b[n:])
		if err != nil || length == 0 {
			return TPDU{}, 0, err
		}
		n += length
		if t.Code != Data {
			return t, n, nil // what was begun has no end
		}
		if data = append(data, t.Data...); t.Last {
			t.Data = data
			return t, n, nil
		}
	}
}

func parseTPDU(b []byte) (t TPDU, err error) {
	length := int(b[0]) + 1
	if length < 2 || length > len(b) {
		return t, fmt.Errorf("%w: its header has a length of %d", ErrFrame, length)
	}
	header, rest := b[:length], b[length:]
	t.Code = Code(header[1] & 0xF0)
	switch {
	case t.Code == Data && length >= dataLen:
		t.Last, t.Data = header[2]&endOfTSDU != 0, rest
	case (t.Code == ConnectRequest || t.Code == ConnectConfirm) && length >= connectLen:
		t.Reference = binary.BigEndian.Uint16(header[4:])
		err = t.takeParameters(header[connectLen:])
	case t.Code == DisconnectRequest && length >= disconnectLen:
		t.Reason = header[6]
	case t.Code == Error && length >= errorLen:
		t.Reason = header[4]
	default:
		err = fmt.Errorf("%w: TPDU %02x of %d octets", ErrFrame, header[1], length)
	}
	return t, err
}

// takeParameters takes what a TPDU that connects says beside its references.
func (t *TPDU) takeParameters(b []byte) error {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return fmt.Errorf("%w: a parameter is cut off", ErrFrame)
		}
		value := b[2 : 2+int(b[1])]
		switch b[0] {
		case parameterSize:
			if len(value) == 1 && value[0] >= minExponent && value[0] <= maxExponent {
				t.Size = 1 << value[0]
			}
		case parameterCalling:
			t.Calling = value
		case parameterCalled:
			t.Called = value
		}
		b = b[2+len(value):]
	}
	return nil
}
