package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrCorrupt says that bytes are not what an Append function of this package
// wrote.
var ErrCorrupt = errors.New("corrupt encoding")

// Reader takes primitive values off the front of a slice. After the first
// error all further reads give zero, so that a decoder checks Err once, where
// it matters.
type Reader struct {
	rest []byte
	err  error
}

// NewReader returns a reader of src, which must not change while values taken
// from it are in use.
func NewReader(src []byte) *Reader { return &Reader{rest: src} }

// Err returns nil, or ErrCorrupt with what was expected.
func (r *Reader) Err() error { return r.err }

// Len returns the number of octets not yet taken.
func (r *Reader) Len() int { return len(r.rest) }

// Fail makes the reader report that what was expected is not there, unless it
// has failed before.
func (r *Reader) Fail(expected string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: want %s", ErrCorrupt, expected)
	}
	r.rest = nil
}

// Byte takes one octet.
func (r *Reader) Byte() byte {
	b := r.Take(1)
	if b == nil {
		return 0
	}
	return b[0]
}

// Uvarint takes an unsigned integer of variable length.
func (r *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 {
		r.Fail("an unsigned integer")
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Varint takes a signed integer of variable length.
func (r *Reader) Varint() int64 {
	v, n := binary.Varint(r.rest)
	if n <= 0 {
		r.Fail("a signed integer")
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// Count takes a number of things of which each takes at least min octets, and
// fails where so many cannot follow. A min of 0 leaves the bound to the caller.
func (r *Reader) Count(minOctets int) int {
	n := r.Uvarint()
	if n > MaxCells || minOctets > 0 && n > uint64(len(r.rest)/minOctets) {
		r.Fail("a count that fits")
		return 0
	}
	return int(n)
}

// Take takes n octets, shared with the source, or nil where there are fewer.
func (r *Reader) Take(n int) []byte {
	if n < 0 || n > len(r.rest) || r.err != nil {
		r.Fail(fmt.Sprintf("%d octets", n))
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

// Octets takes a length and as many octets.
func (r *Reader) Octets() []byte { return r.Take(r.Count(1)) }

// Text takes a length and a copy of as many octets.
func (r *Reader) Text() string { return string(r.Octets()) }

// AppendOctets appends the length of b and b, for Octets to take.
func AppendOctets(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// AppendText appends the length of s and s, for Text to take.
func AppendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
