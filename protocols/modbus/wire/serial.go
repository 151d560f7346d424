package wire

import (
	"bytes"
	"encoding/hex"
)

// Framing is a transmission mode of serial lines. Its frames carry no transaction number: that a reply is the one to
// this request has to be known otherwise.
type Framing interface {
	// Append appends the frame of a PDU to or from a unit.
	Append(dst []byte, unit byte, pdu []byte) []byte

	// Find looks through what was received for an intact reply to the request from the unit, whatever noise or older
	// frames stand before it. It appends the reply's PDU to dst and returns where the frame ends; 0 where there is none.
	Find(dst, received []byte, unit byte, request []byte) (reply []byte, end int)
}

// RTU is the binary mode (SL §2.5.1).
type RTU struct{}

// Append appends unit, PDU and CRC.
func (RTU) Append(dst []byte, unit byte, pdu []byte) []byte {
	from := len(dst)
	dst = append(append(dst, unit), pdu...)
	crc := crc16(dst[from:])
	return append(dst, byte(crc), byte(crc>>8))
}

// Find tries every place where the unit's number stands, since a frame tells neither its beginning nor its length.
func (RTU) Find(dst, received []byte, unit byte, request []byte) (reply []byte, end int) {
	for from := range received {
		if received[from] != unit {
			continue
		}
		if n := rtuLength(received[from:], request); n > 0 && intactRTU(received[from:from+n]) {
			return append(dst, received[from+1:from+n-2]...), from + n
		}
	}
	return dst, 0
}

// rtuLength returns how long the frame at the start of b is if it is a reply to the request; 0 where it is not, or not
// complete.
func rtuLength(b, request []byte) int {
	if len(b) < 2 || len(request) == 0 {
		return 0
	}
	n := 0
	switch b[1] {
	case request[0]:
		n = 1 + ReplyLength(request) + 2
	case request[0] | refused:
		n = 1 + exceptionPDULength + 2
	}
	if n > len(b) {
		return 0
	}
	return n
}

// intactRTU reports whether a frame's CRC is right: run over frame and CRC, it is 0.
func intactRTU(frame []byte) bool { return crc16(frame) == 0 }

// ASCII is the readable mode (SL §2.5.2).
type ASCII struct{}

// Append appends a colon, the hexadecimal digits of unit, PDU and LRC, and the end of line.
func (ASCII) Append(dst []byte, unit byte, pdu []byte) []byte {
	dst = appendHex(append(dst, ':'), unit)
	for _, b := range pdu {
		dst = appendHex(dst, b)
	}
	dst = appendHex(dst, lrc(pdu)-unit)
	return append(dst, '\r', '\n')
}

func appendHex(dst []byte, b byte) []byte {
	const digits = "0123456789ABCDEF"
	return append(dst, digits[b>>4], digits[b&0xF])
}

// Find looks at every line that begins with a colon.
func (ASCII) Find(dst, received []byte, unit byte, request []byte) (reply []byte, end int) {
	from := 0
	for {
		stop := bytes.IndexByte(received[from:], '\n')
		if stop < 0 {
			return dst, 0
		}
		line := received[from : from+stop]
		from += stop + 1
		if reply, ok := parseASCII(dst, line, unit, request); ok {
			return reply, from
		}
	}
}

// parseASCII appends the PDU of the line if it is an intact reply of the unit to the request.
func parseASCII(dst, line []byte, unit byte, request []byte) ([]byte, bool) {
	var room [1 + MaxPDU + 1]byte
	frame, intact := decodeASCII(room[:0], line)
	if !intact || len(frame) < 4 || frame[0] != unit || len(request) == 0 || frame[1]&^refused != request[0] {
		return dst, false
	}
	return append(dst, frame[1:len(frame)-1]...), true
}

// decodeASCII puts unit, PDU and LRC of the frame that a line ends with into dst, and reports whether it is intact.
func decodeASCII(dst, line []byte) (frame []byte, intact bool) {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	colon := bytes.LastIndexByte(line, ':')
	if colon < 0 || len(line)-colon-1 > 2*(1+MaxPDU+1) {
		return dst, false
	}
	frame, err := hex.AppendDecode(dst[:0], line[colon+1:])
	return frame, err == nil && len(frame) >= 3 && lrc(frame) == 0
}
