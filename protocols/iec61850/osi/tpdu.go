package osi

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrFrame says that octets are nothing of these layers.
var ErrFrame = errors.New("octets that are no frame of ISO on TCP")

// Code is what a TPDU is (ISO/IEC 8073 §13).
type Code uint8

// The codes.
const (
	ConnectRequest    Code = 0xE0
	ConnectConfirm    Code = 0xD0
	DisconnectRequest Code = 0x80
	DataTPDU          Code = 0xF0
	ErrorTPDU         Code = 0x70
)

// TPDU is one, in its TPKT.
type TPDU struct {
	Code            Code
	Last            bool   // of DataTPDU: the end of what it belongs to
	Data            []byte // of DataTPDU
	Reason          uint8  // of DisconnectRequest
	Source          uint16
	Calling, Called []byte // transport selectors, of those that connect
	Size            int    // of a TPDU, of those that connect; 0: not said
}

const tpktHeader = 4

// Parse takes the first TPDU off b, and returns how many octets it has with its TPKT; 0 where it is not there yet.
func Parse(b []byte) (t TPDU, n int, err error) {
	if len(b) > 0 && b[0] != 3 {
		return t, 0, fmt.Errorf("%w: version %d", ErrFrame, b[0])
	}
	if len(b) < tpktHeader {
		return t, 0, nil
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length < tpktHeader+3 {
		return t, 0, fmt.Errorf("%w: a length of %d", ErrFrame, length)
	}
	if len(b) < length {
		return t, 0, nil
	}
	t, err = parseTPDU(b[tpktHeader:length])
	if err != nil {
		return t, 0, err
	}
	return t, length, nil
}

// The lengths of the fixed parts of headers, without the octet that tells the length.
const (
	dataHeader       = 2
	connectHeader    = 6
	disconnectHeader = 6
)

func parseTPDU(b []byte) (t TPDU, err error) {
	header := int(b[0])
	if header < dataHeader || header >= len(b) {
		return t, fmt.Errorf("%w: a header of %d octets", ErrFrame, header)
	}
	t.Code = Code(b[1] & 0xF0)
	fixed, rest := b[1:1+header], b[1+header:]
	switch t.Code {
	case DataTPDU:
		t.Last, t.Data = fixed[1]&0x80 != 0, rest
	case ConnectRequest, ConnectConfirm:
		if header < connectHeader {
			return t, fmt.Errorf("%w: a header of %d octets", ErrFrame, header)
		}
		t.Source = binary.BigEndian.Uint16(fixed[3:])
		err = t.parameters(fixed[connectHeader:])
		return t, err
	case DisconnectRequest:
		if header < disconnectHeader {
			return t, fmt.Errorf("%w: a header of %d octets", ErrFrame, header)
		}
		t.Reason = fixed[5]
	case ErrorTPDU:
	default:
		return t, fmt.Errorf("%w: code %X", ErrFrame, uint8(t.Code))
	}
	return t, nil
}

// The parameters of connecting.
const (
	parameterSize    = 0xC0
	parameterCalling = 0xC1
	parameterCalled  = 0xC2
)

func (t *TPDU) parameters(b []byte) error {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return fmt.Errorf("%w: a parameter that is not whole", ErrFrame)
		}
		value := b[2 : 2+b[1]]
		switch b[0] {
		case parameterSize:
			if len(value) == 1 && value[0] >= 7 && value[0] <= 13 {
				t.Size = 1 << value[0]
			}
		case parameterCalling:
			t.Calling = value
		case parameterCalled:
			t.Called = value
		}
		b = b[2+b[1]:]
	}
	return nil
}

// Sizes of TPDUs.
const (
	sizeExponent = 13
	MaxSize      = 1 << sizeExponent // that is proposed
	MinSize      = 128               // that is taken where none is said
)

// ConnectTPDU returns a TPDU that connects or confirms, in its TPKT. destination is 0 where it connects.
func ConnectTPDU(code Code, destination, source uint16, calling, called []byte) []byte {
	b := []byte{0, byte(code), byte(destination >> 8), byte(destination), byte(source >> 8), byte(source), 0, parameterSize, 1, sizeExponent}
	b = append(append(b, parameterCalling, byte(len(calling))), calling...)
	b = append(append(b, parameterCalled, byte(len(called))), called...)
	b[0] = byte(len(b) - 1)
	return tpkt(nil, b, nil)
}

// DisconnectTPDU returns a TPDU that refuses or ends a connection, in its TPKT.
func DisconnectTPDU(destination uint16, reason uint8) []byte {
	return tpkt(nil, []byte{disconnectHeader, byte(DisconnectRequest), byte(destination >> 8), byte(destination), 0, 0, reason}, nil)
}

// Segment appends data as TPDUs of at most size octets each, in their TPKTs.
func Segment(dst, data []byte, size int) []byte {
	room := max(size, MinSize) - dataHeader - 1
	for {
		n := min(room, len(data))
		end := byte(0)
		if n == len(data) {
			end = 0x80
		}
		dst = tpkt(dst, []byte{dataHeader, byte(DataTPDU), end}, data[:n])
		if data = data[n:]; len(data) == 0 {
			return dst
		}
	}
}

func tpkt(dst, header, data []byte) []byte {
	dst = append(dst, 3, 0)
	dst = binary.BigEndian.AppendUint16(dst, uint16(tpktHeader+len(header)+len(data)))
	return append(append(dst, header...), data...)
}

// maxData bounds what is put together of TPDUs.
const maxData = 1 << 20

// Reader takes TPDUs off a stream, and puts data together that came in several.
type Reader struct {
	from     io.Reader
	buffer   []byte // what was read; the first taken octets of it are done with
	taken    int
	assembly []byte
}

// NewReader returns a Reader of a stream.
func NewReader(from io.Reader) *Reader { return &Reader{from: from} }

// Next returns the next TPDU; one with data has all of it. It is valid until the next call.
func (r *Reader) Next() (TPDU, error) {
	r.assembly = r.assembly[:0]
	for {
		t, err := r.one()
		if err != nil || t.Code != DataTPDU {
			return t, err
		}
		if t.Last && len(r.assembly) == 0 {
			return t, nil
		}
		if len(r.assembly)+len(t.Data) > maxData {
			return t, fmt.Errorf("%w: more than %d octets in one piece", ErrFrame, maxData)
		}
		if r.assembly = append(r.assembly, t.Data...); t.Last {
			t.Data = r.assembly
			return t, nil
		}
	}
}

// one returns the next TPDU as it came.
func (r *Reader) one() (TPDU, error) {
	r.buffer = r.buffer[:copy(r.buffer, r.buffer[r.taken:])]
	r.taken = 0
	for {
		t, n, err := Parse(r.buffer)
		if err != nil || n > 0 {
			r.taken = n
			return t, err
		}
		if len(r.buffer) == cap(r.buffer) {
			r.buffer = append(r.buffer, make([]byte, 2048)...)[:len(r.buffer)]
		}
		n, err = r.from.Read(r.buffer[len(r.buffer):cap(r.buffer)])
		r.buffer = r.buffer[:len(r.buffer)+n]
		if err != nil && n == 0 {
			return TPDU{}, fmt.Errorf("read a frame: %w", err)
		}
	}
}
