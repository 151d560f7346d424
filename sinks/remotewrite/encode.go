package remotewrite

import (
	"encoding/binary"
	"math"
)

// The messages of remote write 1.0 (prometheus.WriteRequest):
//
//	WriteRequest { repeated TimeSeries timeseries = 1; }
//	TimeSeries   { repeated Label labels = 1; repeated Sample samples = 2; }
//	Label        { string name = 1; string value = 2; }
//	Sample       { double value = 1; int64 timestamp = 2; }  // milliseconds

// label is a name and its value.
type label struct{ name, value string }

// sample is a value at a time.
type sample struct {
	value float64
	ms    int64
}

// series is one time series of a request.
type series struct {
	labels  []byte // encoded
	samples []sample
}

// appendField appends the key of a length-delimited field, and the length.
func appendField(dst []byte, number byte, length int) []byte {
	return binary.AppendUvarint(append(dst, number<<3|2), uint64(length))
}

// appendLabels appends labels, which are in the order of their names.
func appendLabels(dst []byte, labels []label) []byte {
	for _, l := range labels {
		size := 1 + sizeOf(len(l.name)) + len(l.name) + 1 + sizeOf(len(l.value)) + len(l.value)
		dst = appendField(dst, 1, size)
		dst = append(appendField(dst, 1, len(l.name)), l.name...)
		dst = append(appendField(dst, 2, len(l.value)), l.value...)
	}
	return dst
}

// append appends one series to a request.
func (s *series) append(dst []byte) []byte {
	size := len(s.labels)
	for _, one := range s.samples {
		n := one.size()
		size += 1 + sizeOf(n) + n
	}
	dst = append(appendField(dst, 1, size), s.labels...)
	for _, one := range s.samples {
		dst = appendField(dst, 2, one.size())
		dst = binary.LittleEndian.AppendUint64(append(dst, 1<<3|1), math.Float64bits(one.value))
		dst = binary.AppendUvarint(append(dst, 2<<3), uint64(one.ms))
	}
	return dst
}

func (s sample) size() int { return 9 + 1 + sizeOf64(uint64(s.ms)) }

func sizeOf(n int) int { return sizeOf64(uint64(n)) }

func sizeOf64(n uint64) int {
	size := 1
	for ; n > 0x7F; n >>= 7 {
		size++
	}
	return size
}

// staleNaN is the bit pattern with which Prometheus ends a series: a NaN of its
// own. It tells that a value is not known any more, as a Bad quality does.
const staleNaN = 0x7ff0000000000002

func stale() float64 { return math.Float64frombits(staleNaN) }
