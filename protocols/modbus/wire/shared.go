package wire

import "bytes"

// shortestRTU is the length of the shortest RTU frame: unit, function, exception, CRC.
const shortestRTU = 5

// NextRTU takes the next frame off a serial line that a device shares with others: it hears their requests and their
// replies as well. length is how much that is, and 0 where more is to come. pdu is nil where it is no request to a unit
// that is mine: somebody else's frame, or one byte of noise.
//
// A frame tells neither its end nor whether it is a request, so that of those of others each length is tried that it may
// have; the CRC says which it is (SL §2.5.1).
func NextRTU(buf []byte, mine func(unit byte) bool) (unit byte, pdu []byte, length int) {
	if len(buf) < 2 {
		return 0, nil, 0
	}
	asked, known := askedLength(buf[1:])
	if mine(buf[0]) {
		switch length = 1 + asked + 2; {
		case !known || asked == 0 || len(buf) < min(length, MaxPDU+3):
			return 0, nil, 0 // what is not known is over when the line falls silent: UnknownRTU
		case asked > MaxPDU || !intactRTU(buf[:length]):
			return 0, nil, 1
		}
		return buf[0], buf[1 : 1+asked], length
	}
	open := known && asked == 0
	for _, pdu := range [...]int{asked, answerLength(buf[1:]), exceptionPDULength} {
		switch n := 1 + pdu + 2; {
		case pdu == 0 || pdu > MaxPDU:
		case n > len(buf):
			open = true
		case intactRTU(buf[:n]):
			return 0, nil, n
		}
	}
	if open {
		return 0, nil, 0
	}
	return 0, nil, 1
}

// answerLength returns how long the reply is whose beginning is given; 0 where that cannot be told.
func answerLength(pdu []byte) int {
	switch f := FunctionOf(pdu); {
	case (f.ReadsBits() || f.ReadsRegisters()) && len(pdu) > 1:
		return 2 + int(pdu[1])
	case f == WriteCoils, f == WriteRegisters:
		return headLength
	default:
		return 0 // that of a write is as long as its request
	}
}

// UnknownRTU takes a request of a function that is not known, whose length therefore nobody knows: it is all that was
// received before the line fell silent. length is 0 where it is none to a unit that is mine.
func UnknownRTU(buf []byte, mine func(unit byte) bool) (unit byte, pdu []byte, length int) {
	if len(buf) < shortestRTU-1 || len(buf) > MaxPDU+3 || !mine(buf[0]) || !intactRTU(buf) {
		return 0, nil, 0
	}
	if _, known := askedLength(buf[1:]); known || buf[1]&refused != 0 {
		return 0, nil, 0
	}
	return buf[0], buf[1 : len(buf)-2], len(buf)
}

// NextASCII takes the next line off what came in ASCII frames, in which a new colon begins anew (SL §2.5.2). length is
// how much that is, and 0 where more is to come; pdu is nil where it is no intact frame to a unit that is mine.
func NextASCII(buf []byte, mine func(unit byte) bool) (unit byte, pdu []byte, length int) {
	stop := bytes.IndexByte(buf, '\n')
	if stop < 0 {
		return 0, nil, 0
	}
	frame, intact := decodeASCII(nil, buf[:stop])
	if !intact || !mine(frame[0]) {
		return 0, nil, stop + 1
	}
	return frame[0], frame[1 : len(frame)-1], stop + 1
}
