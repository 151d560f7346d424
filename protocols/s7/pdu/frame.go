package pdu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrFrame says that octets are no frame of ISO-on-TCP, or no TPDU of class 0.
var ErrFrame = errors.New("this is no frame of ISO-on-TCP")

const (
	tpktVersion = 3
	tpktLen     = 4
	dtLen       = 3 // of a DT TPDU without its data
	endOfTSDU   = 0x80
)

// FrameLen returns the length of the frame at the beginning of b (RFC 1006 §6); 0 where too little of it is there yet.
func FrameLen(b []byte) (int, error) {
	if len(b) > 0 && b[0] != tpktVersion {
		return 0, fmt.Errorf("%w: it begins with % x", ErrFrame, b[:min(len(b), 4)])
	}
	if len(b) < tpktLen {
		return 0, nil
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < tpktLen+dtLen {
		return 0, fmt.Errorf("%w: it has a length of %d", ErrFrame, n)
	}
	return n, nil
}

// Code is the kind of a TPDU (ISO 8073 §13.2.2.2).
type Code uint8

// The kinds of class 0.
const (
	ConnectRequest    Code = 0xE0
	ConnectConfirm    Code = 0xD0
	DisconnectRequest Code = 0x80
	Data              Code = 0xF0
	TPDUError         Code = 0x70
)

// TSAP is the address of one end within its host, as Siemens writes it: two octets with a point between.
type TSAP uint16

// String returns 01.02, in hexadecimal.
func (t TSAP) String() string { return fmt.Sprintf("%02X.%02X", uint8(t>>8), uint8(t)) }

// TPDU is what a frame carries.
type TPDU struct {
	Code      Code
	Last      bool   // of Data: the end of what began with this TPDU or one before it
	Reference uint16 // of the end that sent a connect request or confirm
	Called    TSAP   // of a connect request or confirm
	Calling   TSAP   // the same
	MaxTPDU   int    // octets of a TPDU that a connect request or confirm proposes; 0 where it does not
	Reason    uint8  // of a disconnect request or an error
	Octets    []byte // of Data
}

// The parameters of a connect request (ISO 8073 §13.3.4).
const (
	maxTPDUSize = 0xC0
	callingTSAP = 0xC1
	calledTSAP  = 0xC2
)

// ParseFrame takes a whole frame apart. What it returns refers to b.
func ParseFrame(b []byte) (TPDU, error) {
	n, err := FrameLen(b)
	if err != nil {
		return TPDU{}, err
	}
	if n == 0 || n != len(b) {
		return TPDU{}, fmt.Errorf("%w: it has %d octets", ErrFrame, len(b))
	}
	header := int(b[4]) + 1 // without TPKT
	if header < 2 || tpktLen+header > n {
		return TPDU{}, fmt.Errorf("%w: its header has a length of %d", ErrFrame, header)
	}
	return parseTPDU(b[tpktLen:tpktLen+header], b[tpktLen+header:])
}

func parseTPDU(header, rest []byte) (TPDU, error) {
	t := TPDU{Code: Code(header[1] & 0xF0)}
	switch {
	case t.Code == Data && len(header) >= dtLen:
		t.Last, t.Octets = header[2]&endOfTSDU != 0, rest
		return t, nil
	case (t.Code == ConnectRequest || t.Code == ConnectConfirm) && len(header) >= 7:
		t.Reference = binary.BigEndian.Uint16(header[4:])
		err := t.takeParameters(header[7:])
		return t, err
	case t.Code == DisconnectRequest && len(header) >= 7:
		t.Reason = header[6]
		return t, nil
	case t.Code == TPDUError && len(header) >= 5:
		t.Reason = header[4]
		return t, nil
	default:
		return TPDU{}, fmt.Errorf("%w: TPDU %02x of %d octets", ErrFrame, header[1], len(header))
	}
}

// takeParameters takes what a connect request or confirm says beside its references.
func (t *TPDU) takeParameters(b []byte) error {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return fmt.Errorf("%w: a parameter is cut off", ErrFrame)
		}
		value := b[2 : 2+int(b[1])]
		switch {
		case b[0] == maxTPDUSize && len(value) == 1 && value[0] >= 7 && value[0] <= 13:
			t.MaxTPDU = 1 << value[0]
		case b[0] == callingTSAP && len(value) == 2:
			t.Calling = TSAP(binary.BigEndian.Uint16(value))
		case b[0] == calledTSAP && len(value) == 2:
			t.Called = TSAP(binary.BigEndian.Uint16(value))
		}
		b = b[2+len(value):]
	}
	return nil
}

// MaxTPDU is the size of a TPDU that AppendConnect proposes.
const MaxTPDU = 1024

// AppendConnect appends the frame of a connect request, or of its confirmation.
func AppendConnect(dst []byte, code Code, toReference, reference uint16, calling, called TSAP) []byte {
	const parameters = 3 + 4 + 4
	dst = append(dst, tpktVersion, 0, 0, tpktLen+7+parameters, 6+parameters, byte(code))
	dst = binary.BigEndian.AppendUint16(dst, toReference)
	dst = binary.BigEndian.AppendUint16(dst, reference)
	dst = append(dst, 0, maxTPDUSize, 1, 10, callingTSAP, 2)
	dst = binary.BigEndian.AppendUint16(dst, uint16(calling))
	dst = append(dst, calledTSAP, 2)
	return binary.BigEndian.AppendUint16(dst, uint16(called))
}

// AppendDisconnect appends the frame of a disconnect request, which is also how a connect request is refused.
func AppendDisconnect(dst []byte, toReference uint16, reason uint8) []byte {
	return append(dst, tpktVersion, 0, 0, tpktLen+7, 6, byte(DisconnectRequest), byte(toReference>>8), byte(toReference), 0, 0, reason)
}

// AppendData appends the frames that carry octets, in TPDUs of at most so many octets.
func AppendData(dst, octets []byte, maxTPDU int) []byte {
	for {
		n := min(len(octets), max(maxTPDU, 128)-dtLen)
		last := byte(0)
		if n == len(octets) {
			last = endOfTSDU
		}
		dst = append(dst, tpktVersion, 0)
		dst = binary.BigEndian.AppendUint16(dst, uint16(tpktLen+dtLen+n))
		dst = append(dst, dtLen-1, byte(Data), last)
		dst = append(dst, octets[:n]...)
		if octets = octets[n:]; last != 0 {
			return dst
		}
	}
}
