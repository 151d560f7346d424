package apdu

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Frame is an APDU (104 §5): its control field, and the ASDU where there is one.
type Frame struct {
	Format   Format
	Function Function // of U
	Send     uint16   // N(S), of I: 0 to 32767
	Receive  uint16   // N(R), of I and S: the number that the sender expects next
	ASDU     []byte   // of I; part of what was parsed
}

// Format is the kind of a frame (104 §5.1).
type Format uint8

// The formats.
const (
	I Format = iota + 1 // carries an ASDU, and is numbered
	S                   // acknowledges
	U                   // starts, stops and tests
)

// Function is what a U frame does: its first control octet (104 §5.1, figure 8).
type Function uint8

// The functions.
const (
	StartAct Function = 0x07 // STARTDT act: begin to send I frames
	StartCon Function = 0x0B // STARTDT con
	StopAct  Function = 0x13 // STOPDT act: send no more of them
	StopCon  Function = 0x23 // STOPDT con
	TestAct  Function = 0x43 // TESTFR act: are you there
	TestCon  Function = 0x83 // TESTFR con
)

// String returns the name of the standard.
func (f Function) String() string {
	switch f {
	case StartAct:
		return "STARTDT act"
	case StartCon:
		return "STARTDT con"
	case StopAct:
		return "STOPDT act"
	case StopCon:
		return "STOPDT con"
	case TestAct:
		return "TESTFR act"
	case TestCon:
		return "TESTFR con"
	default:
		return fmt.Sprintf("U frame 0x%02X", uint8(f))
	}
}

// Lengths in octets (104 §5).
const (
	start      = 0x68
	controlLen = 4              // of the control field
	headLen    = 2 + controlLen // of a frame without ASDU
	MaxASDU    = 249            // the longest ASDU
	MaxFrame   = headLen + MaxASDU
)

// Modulus is what sequence numbers are counted by (104 §5.1).
const Modulus = 1 << 15

// ErrFrame is what octets are that are no frame: whoever meets it cannot know where the next one begins.
var ErrFrame = errors.New("these octets are no frame of IEC 60870-5-104")

// Parse takes the first frame off b and returns its length; 0 where more octets are needed. Its errors are ErrFrame.
func Parse(b []byte) (f Frame, n int, err error) {
	if len(b) > 0 && b[0] != start {
		return f, 0, fmt.Errorf("%w: it begins with 0x%02X and not with 0x68", ErrFrame, b[0])
	}
	if len(b) < 2 {
		return f, 0, nil
	}
	length := int(b[1])
	if length < controlLen || length > controlLen+MaxASDU {
		return f, 0, fmt.Errorf("%w: its length is %d", ErrFrame, length)
	}
	n = 2 + length
	if len(b) < n {
		return f, 0, nil
	}
	if f, err = parseControl(b[2:n:n]); err != nil {
		return Frame{}, 0, err
	}
	return f, n, nil
}

// parseControl reads what stands behind the length.
func parseControl(b []byte) (f Frame, err error) {
	send, receive, asdu := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:]), b[controlLen:]
	if receive&1 != 0 {
		return f, fmt.Errorf("%w: its third control octet is 0x%02X", ErrFrame, b[2])
	}
	switch {
	case b[0]&1 == 0:
		if len(asdu) == 0 {
			return f, fmt.Errorf("%w: an I frame without an ASDU", ErrFrame)
		}
		return Frame{Format: I, Send: send >> 1, Receive: receive >> 1, ASDU: asdu}, nil
	case len(asdu) != 0:
		return f, fmt.Errorf("%w: %d octets too many", ErrFrame, len(asdu))
	case send == 1:
		return Frame{Format: S, Receive: receive >> 1}, nil
	default:
		return parseFunction(b)
	}
}

func parseFunction(b []byte) (f Frame, err error) {
	switch function := Function(b[0]); function {
	case StartAct, StartCon, StopAct, StopCon, TestAct, TestCon:
		if b[1]|b[2]|b[3] == 0 {
			return Frame{Format: U, Function: function}, nil
		}
	}
	return f, fmt.Errorf("%w: its control field is % x", ErrFrame, b[:controlLen])
}

// AppendI appends a frame with an ASDU of at most MaxASDU octets.
func AppendI(dst []byte, send, receive uint16, asdu []byte) []byte {
	dst = append(dst, start, byte(controlLen+len(asdu)))
	dst = binary.LittleEndian.AppendUint16(dst, send<<1)
	dst = binary.LittleEndian.AppendUint16(dst, receive<<1)
	return append(dst, asdu...)
}

// AppendS appends a frame that acknowledges.
func AppendS(dst []byte, receive uint16) []byte {
	dst = append(dst, start, controlLen, 1, 0)
	return binary.LittleEndian.AppendUint16(dst, receive<<1)
}

// AppendU appends a frame with a function.
func AppendU(dst []byte, f Function) []byte { return append(dst, start, controlLen, byte(f), 0, 0, 0) }
