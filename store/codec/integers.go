package codec

import (
	"encoding/binary"
	"slices"
)

// Integers takes integers one after the other and keeps them as they will be
// written: those of a slow signal, or of a regular clock, in a few bits each.
// The zero value has none. It has one owner.
//
//	integers := same integer | distinct integer group…
type Integers struct {
	encoded []byte // the groups that are whole, then differences; empty while all integers are the same
	last    int64
	n       int32
	whole   int32 // octets of the groups that are whole
}

// How integers begin.
const (
	same     = 0 // one integer for all follows
	distinct = 1 // the first one follows, then groups of the others
)

// Len returns how many integers there are.
func (s *Integers) Len() int { return int(s.n) }

// Size returns the octets that they take.
func (s *Integers) Size() int { return len(s.encoded) }

// Reset forgets the integers and keeps the room that they took.
func (s *Integers) Reset() { *s = Integers{encoded: s.encoded[:0]} }

// Append adds an integer.
func (s *Integers) Append(v int64) {
	d := v - s.last
	s.last = v
	switch {
	case s.n == 0:
	case d == 0 && len(s.encoded) == 0:
	default:
		if len(s.encoded) == 0 {
			s.begin(v - d)
		}
		s.difference(d)
	}
	s.n++
}

// difference adds the distance from the integer in front.
func (s *Integers) difference(d int64) {
	zigzag := uint64(d<<1) ^ uint64(d>>63)
	for zigzag >= 0x80 {
		s.encoded = append(s.encoded, byte(zigzag)|0x80)
		zigzag >>= 7
	}
	s.encoded = append(s.encoded, byte(zigzag))
	if s.n%groupSize == 0 {
		s.pack()
	}
}

// begin writes down the integers that were all the same.
func (s *Integers) begin(first int64) {
	groups, rest := int(s.n-1)/groupSize, int(s.n-1)%groupSize
	s.encoded = binary.AppendVarint(slices.Grow(s.encoded[:0], 2*groups+rest+16), first)
	s.encoded = append(s.encoded, make([]byte, 2*groups)...) // a head and a difference, zero both
	s.whole = int32(len(s.encoded))
	s.encoded = append(s.encoded, make([]byte, rest)...)
}

// pack makes a group of the differences.
func (s *Integers) pack() {
	var differences [groupSize]int64
	n := s.waiting(&differences)
	s.encoded = appendGroup(s.encoded[:s.whole], &differences, n)
	s.whole = int32(len(s.encoded))
}

// waiting returns the differences that are in no group yet.
func (s *Integers) waiting(differences *[groupSize]int64) (n int) {
	for rest := s.encoded[s.whole:]; len(rest) > 0; n++ {
		if first := rest[0]; first < 0x80 {
			differences[n] = int64(first>>1) ^ -int64(first&1)
			rest = rest[1:]
			continue
		}
		d, size := binary.Varint(rest)
		differences[n] = d
		rest = rest[size:]
	}
	return n
}

// AppendTo appends the integers, for Reader.Integers to take. Their number is
// not written.
func (s *Integers) AppendTo(dst []byte) []byte {
	switch {
	case s.n == 0:
		return dst
	case len(s.encoded) == 0:
		return binary.AppendVarint(append(dst, same), s.last)
	}
	dst = append(append(dst, distinct), s.encoded[:s.whole]...)
	var differences [groupSize]int64
	if n := s.waiting(&differences); n > 0 {
		dst = appendGroup(dst, &differences, n)
	}
	return dst
}

// AppendIntegers appends integers, for Reader.Integers to take.
func AppendIntegers(dst []byte, all []int64) []byte {
	var s Integers
	for _, v := range all {
		s.Append(v)
	}
	return s.AppendTo(dst)
}

// Integers takes len(all) integers.
func (r *Reader) Integers(all []int64) {
	if len(all) == 0 {
		return
	}
	groups := r.integersIn(len(all))
	for n := groups.fill(all); n < len(all); n += groups.fill(all[n:]) {
		if r.err != nil {
			return
		}
	}
}

// unpacking takes integers a group at a time.
type unpacking struct {
	from  *Reader
	left  int
	last  int64
	same  bool
	first bool // the next integer is last itself
}

func (r *Reader) integersIn(n int) unpacking {
	u := unpacking{from: r, left: n, first: true}
	if n == 0 {
		return u
	}
	form := r.Byte()
	u.last, u.same = r.Varint(), form == same
	if form > distinct {
		r.Fail("a form of integers")
	}
	return u
}

// fill takes the first integer, or as many as there are in a group, and returns
// how many it took: after an error, fewer than are left.
func (u *unpacking) fill(all []int64) int {
	n := min(len(all), groupSize, u.left)
	switch {
	case u.same:
		for i := range all[:n] {
			all[i] = u.last
		}
	case u.first:
		n = min(n, 1)
		all[0], u.first = u.last, false
	default:
		u.from.group(all[:n], u.last)
		u.last = all[n-1]
	}
	u.left -= n
	return n
}
