package payload

import "encoding/binary"

// The wire types of protobuf.
const (
	varint  = 0
	fixed64 = 1
	bytes   = 2
	fixed32 = 5
)

// Append appends a payload.
func Append(dst []byte, p *Payload) []byte {
	dst = appendVarint(dst, 1, p.Timestamp)
	var one []byte
	for i := range p.Metrics {
		one = appendMetric(one[:0], &p.Metrics[i])
		dst = appendBytes(dst, 2, one)
	}
	if p.Seq >= 0 {
		dst = appendVarint(dst, 3, uint64(p.Seq))
	}
	return dst
}

func appendMetric(dst []byte, m *Metric) []byte {
	if m.Name != "" {
		dst = appendBytes(dst, 1, []byte(m.Name))
	}
	if m.Alias >= 0 {
		dst = appendVarint(dst, 2, uint64(m.Alias))
	}
	dst = appendVarint(dst, 3, m.Timestamp)
	if m.Type != 0 {
		dst = appendVarint(dst, 4, uint64(m.Type))
	}
	if m.Historical {
		dst = appendVarint(dst, 5, 1)
	}
	if m.Null {
		dst = appendVarint(dst, 7, 1)
	}
	if m.Quality >= 0 {
		dst = appendBytes(dst, 9, appendQuality(nil, m.Quality))
	}
	if m.Null {
		return dst
	}
	return appendValue(dst, m.Value)
}

// appendQuality appends a set of one property: Quality, an Int32.
func appendQuality(dst []byte, q int32) []byte {
	value := appendVarint(nil, 1, uint64(Int32))
	value = appendVarint(value, 3, uint64(q))
	return appendBytes(appendBytes(dst, 1, []byte("Quality")), 2, value)
}

func appendValue(dst []byte, v Value) []byte {
	switch v.Kind {
	case Int, Long, Bool:
		return appendVarint(dst, int(v.Kind), v.Bits)
	case Float:
		return binary.LittleEndian.AppendUint32(appendKey(dst, int(v.Kind), fixed32), uint32(v.Bits))
	case Double:
		return binary.LittleEndian.AppendUint64(appendKey(dst, int(v.Kind), fixed64), v.Bits)
	case Text, Bytes:
		return appendBytes(dst, int(v.Kind), v.Bytes)
	default:
		return dst
	}
}

func appendKey(dst []byte, field, wire int) []byte {
	return binary.AppendUvarint(dst, uint64(field<<3|wire))
}

func appendVarint(dst []byte, field int, n uint64) []byte {
	return binary.AppendUvarint(appendKey(dst, field, varint), n)
}

func appendBytes(dst []byte, field int, b []byte) []byte {
	return append(binary.AppendUvarint(appendKey(dst, field, bytes), uint64(len(b))), b...)
}
