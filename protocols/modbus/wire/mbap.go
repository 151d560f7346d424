package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrFraming is wrapped by what ParseMBAP returns: the bytes are no Modbus, and where the next frame begins is unknown.
var ErrFraming = errors.New("this is no Modbus frame")

// The header before a PDU: transaction, protocol, length, unit (TCP §3.1.3).
const (
	mbapLength = 7
	// MaxMBAP is the length of the longest MBAP frame.
	MaxMBAP = mbapLength + MaxPDU
)

// Frame is one MBAP frame. Its PDU shares the memory that it was parsed from.
type Frame struct {
	Transaction uint16
	Unit        byte
	PDU         []byte
}

// AppendMBAP appends a frame for TCP, TLS or UDP.
func AppendMBAP(dst []byte, f Frame) []byte {
	dst = appendWords(dst, f.Transaction, 0, uint16(len(f.PDU)+1))
	return append(append(dst, f.Unit), f.PDU...)
}

// ParseMBAP takes the first frame off buf and returns its length; 0 asks for more bytes.
func ParseMBAP(buf []byte) (f Frame, length int, err error) {
	if len(buf) >= 4 && (buf[2] != 0 || buf[3] != 0) {
		return f, 0, fmt.Errorf("%w: protocol %d, want 0", ErrFraming, binary.BigEndian.Uint16(buf[2:]))
	}
	if len(buf) < mbapLength {
		return f, 0, nil
	}
	follows := int(binary.BigEndian.Uint16(buf[4:]))
	if follows < 2 || follows > 1+MaxPDU {
		return f, 0, fmt.Errorf("%w: it announces %d bytes, want 2 to %d", ErrFraming, follows, 1+MaxPDU)
	}
	length = mbapLength - 1 + follows
	if len(buf) < length {
		return f, 0, nil
	}
	f = Frame{Transaction: binary.BigEndian.Uint16(buf), Unit: buf[6], PDU: buf[mbapLength:length]}
	return f, length, nil
}
