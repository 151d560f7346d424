package tpkt

import (
	"encoding/binary"
	"math/bits"
)

// Sizes of TPDUs are powers of two.
const (
	minExponent = 7
	maxExponent = 13

	MinSize = 1 << minExponent // which everybody takes
	MaxSize = 1 << maxExponent
)

// AppendConnect appends a TPDU that connects or confirms: its code, reference, selectors and size, which is one of MinSize to
// MaxSize. to is the reference of the other end; 0 where it connects.
func AppendConnect(dst []byte, to uint16, t TPDU) []byte {
	parameters := 3 + 2 + len(t.Calling) + 2 + len(t.Called)
	dst = appendHeader(dst, connectLen+parameters, 0, t.Code)
	dst = binary.BigEndian.AppendUint16(dst, to)
	dst = binary.BigEndian.AppendUint16(dst, t.Reference)
	dst = append(dst, 0, parameterSize, 1, byte(bits.Len(uint(t.Size))-1))
	dst = append(append(dst, parameterCalling, byte(len(t.Calling))), t.Calling...)
	return append(append(dst, parameterCalled, byte(len(t.Called))), t.Called...)
}

// AppendDisconnect appends a disconnect request, which is also how a connect request is refused (reasons: ISO/IEC 8073 §13.5.3).
func AppendDisconnect(dst []byte, to uint16, reason uint8) []byte {
	dst = appendHeader(dst, disconnectLen, 0, DisconnectRequest)
	return append(dst, byte(to>>8), byte(to), 0, 0, reason)
}

// AppendData appends the TPDUs that carry data, of at most size octets each.
func AppendData(dst, data []byte, size int) []byte {
	room := max(size, MinSize) - dataLen
	for {
		n := min(len(data), room)
		end := byte(0)
		if n == len(data) {
			end = endOfTSDU
		}
		dst = append(appendHeader(dst, dataLen, n, Data), end)
		dst = append(dst, data[:n]...)
		if data = data[n:]; len(data) == 0 {
			return dst
		}
	}
}

// appendHeader appends a TPKT, and the first two octets of a header with so many in all and so many of data behind it.
func appendHeader(dst []byte, length, data int, code Code) []byte {
	dst = append(dst, version, 0)
	dst = binary.BigEndian.AppendUint16(dst, uint16(tpktLen+length+data))
	return append(dst, byte(length-1), byte(code))
}
