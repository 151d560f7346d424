package fuel

import (
	"encoding/binary"
	"fmt"
	"math"
)

// reader reads the binary format. After an error it reads zeroes, so that one
// look at err suffices behind a run of reads.
type reader struct {
	data  []byte // the whole module
	at    int
	limit int // end of what may be read; 0: that of data
	err   error
}

func (r *reader) end() int {
	if r.limit > 0 {
		return r.limit
	}
	return len(r.data)
}

// more reports whether there is something left to read.
func (r *reader) more() bool { return r.err == nil && r.at < r.end() }

// refusef returns an error of a cause, at the place that is read.
func (r *reader) refusef(cause error, format string, args ...any) error {
	return fmt.Errorf("%w: octet %#x: %s", cause, r.at, fmt.Sprintf(format, args...))
}

// failf ends the reading. The first failure stays.
func (r *reader) failf(cause error, format string, args ...any) {
	if r.err == nil {
		r.err = r.refusef(cause, format, args...)
	}
}

// sub returns a reader of the next n octets, and passes over them.
func (r *reader) sub(n uint32) *reader {
	start := r.at
	r.skip(n)
	return &reader{data: r.data, at: start, limit: r.at, err: r.err}
}

func (r *reader) skip(n uint32) {
	if int64(n) > int64(r.end()-r.at) {
		r.failf(ErrMalformed, "%d octets are announced and %d are there", n, r.end()-r.at)
		return
	}
	if r.err == nil {
		r.at += int(n)
	}
}

func (r *reader) byte() byte {
	if !r.more() {
		r.failf(ErrMalformed, "it ends in the middle")
		return 0
	}
	r.at++
	return r.data[r.at-1]
}

// u32 reads an unsigned LEB128 of 32 bits (§5.2.2).
func (r *reader) u32() uint32 {
	var u uint32
	for shift := 0; shift < 35; shift += 7 {
		b := r.byte()
		if shift == 28 && b > 0x0f {
			break
		}
		u |= uint32(b&0x7f) << shift
		if b < 0x80 {
			return u
		}
	}
	r.failf(ErrMalformed, "a number of more than 32 bits")
	return 0
}

// index reads an index. One that no module can have is refused here: where int has
// 32 bits the runtime takes it for a negative one and panics.
func (r *reader) index() uint32 {
	i := r.u32()
	if i > math.MaxInt32 {
		r.failf(ErrMalformed, "index %d: no module has so many", i)
		return 0
	}
	return i
}

// signed passes over a signed LEB128 of at most so many octets.
func (r *reader) signed(octets int) {
	for range octets {
		if r.byte() < 0x80 {
			return
		}
	}
	r.failf(ErrMalformed, "a number of more than %d octets", octets)
}

// count reads the number of elements of a vector, each of which takes at least
// so many octets: more than fit are refused before room is made for them.
func (r *reader) count(least int) int {
	n := r.u32()
	if int64(n)*int64(least) > int64(r.end()-r.at) {
		r.failf(ErrMalformed, "%d elements are announced in %d octets", n, r.end()-r.at)
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.u32()
	start := r.at
	r.skip(n)
	return string(r.data[start:r.at])
}

// limits reads how large a memory or table is, and may become.
func (r *reader) limits() (least, most uint32, bounded bool) {
	flag := r.byte()
	if flag > 1 {
		r.failf(ErrUnsupported, "limits of kind %#x", flag)
	}
	least = r.u32()
	if flag == 1 {
		return least, r.u32(), true
	}
	return least, 0, false
}

// valueType reads a type of values (§5.3.1 to §5.3.4).
func (r *reader) valueType() byte {
	t := r.byte()
	if !isValueType(t) {
		r.failf(ErrUnsupported, "type %#x", t)
	}
	return t
}

func isValueType(t byte) bool { return 0x7b <= t && t <= 0x7f || t == 0x70 || t == 0x6f }

// leb appends an unsigned LEB128.
func leb(dst []byte, u uint64) []byte { return binary.AppendUvarint(dst, u) }

// sleb appends a signed LEB128.
func sleb(dst []byte, i int64) []byte {
	for {
		b := byte(i & 0x7f)
		i >>= 7
		if i == 0 && b&0x40 == 0 || i == -1 && b&0x40 != 0 {
			return append(dst, b)
		}
		dst = append(dst, b|0x80)
	}
}
