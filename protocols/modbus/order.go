package modbus

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
)

// Order is the order in which a device sends the bytes of a number. A is the highest: ABCD is the standard's order
// (AP §4.2), CDAB has the low word first, BADC the low byte of each word, DCBA both. Numbers of 64 bit follow the same
// rule, or one of the orders written with eight letters, which may also swap the halves.
type Order struct {
	named  uint8 // among the orders, from 1; 0: as the standard has it, and not written
	bytes  bool  // the low byte of a word comes first
	words  bool  // the low word of each pair comes first
	halves bool  // the low half of 64 bits comes first
	long   bool  // written with eight letters
}

// orders are all that there are. AB and BA are for single registers.
var orders = [...]Order{
	{named: 1},
	{named: 2, words: true, halves: true},
	{named: 3, bytes: true},
	{named: 4, bytes: true, words: true, halves: true},
	{named: 5},
	{named: 6, bytes: true},
	{named: 7, long: true},
	{named: 8, long: true, bytes: true},
	{named: 9, long: true, words: true},
	{named: 10, long: true, bytes: true, words: true},
	{named: 11, long: true, halves: true},
	{named: 12, long: true, bytes: true, halves: true},
	{named: 13, long: true, words: true, halves: true},
	{named: 14, long: true, bytes: true, words: true, halves: true},
}

// letters are their names.
var letters = [...]string{
	"ABCD", "CDAB", "BADC", "DCBA", "AB", "BA",
	"ABCDEFGH", "BADCFEHG", "CDABGHEF", "DCBAHGFE", "EFGHABCD", "FEHGBADC", "GHEFCDAB", "HGFEDCBA",
}

// UnmarshalText reads an order, in any case.
func (o *Order) UnmarshalText(text []byte) error {
	s := strings.ToUpper(strings.TrimSpace(string(text)))
	i := slices.Index(letters[:], s)
	if i < 0 {
		return &config.Problem{
			What: fmt.Sprintf("%.20q is not an order of bytes", text),
			Fix:  "want ABCD, CDAB, BADC or DCBA, A being the highest byte, or eight letters for 64 bit",
		}
	}
	*o = orders[i]
	return nil
}

// MarshalText writes the order.
func (o Order) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// String returns the order's letters, or nothing for the zero Order, which is that of the standard.
func (o Order) String() string {
	if o.IsZero() {
		return ""
	}
	return letters[o.named-1]
}

// IsZero reports whether no order was written.
func (o Order) IsZero() bool { return o.named == 0 }

// DescribeText names the type for reference, schema and forms.
func (Order) DescribeText() (name, pattern string, secret bool) {
	return "byte order", `^([A-Da-d]{4}|[A-Ha-h]{8}|[ABab]{2})$`, false
}

// place returns which word of a number of the given width, the highest being 0, register i holds.
func (o Order) place(i, words int) int {
	if o.words && words > 1 {
		i ^= 1
	}
	if o.halves && words == 4 {
		i ^= 2
	}
	return i
}

// number puts the registers of one number together; there are 1, 2 or 4.
func (o Order) number(registers []byte) (n uint64) {
	words := len(registers) / 2
	for i := range words {
		w := binary.BigEndian.Uint16(registers[2*i:])
		if o.bytes {
			w = bits.ReverseBytes16(w)
		}
		n |= uint64(w) << (16 * (words - 1 - o.place(i, words)))
	}
	return n
}

// put is the inverse of number.
func (o Order) put(registers []byte, n uint64) {
	words := len(registers) / 2
	for i := range words {
		w := uint16(n >> (16 * (words - 1 - o.place(i, words))))
		if o.bytes {
			w = bits.ReverseBytes16(w)
		}
		binary.BigEndian.PutUint16(registers[2*i:], w)
	}
}

// swapped returns the characters of a text in reading order; it changes text in place.
func (o Order) swapped(text []byte) []byte {
	if o.bytes {
		for i := 0; i+1 < len(text); i += 2 {
			text[i], text[i+1] = text[i+1], text[i]
		}
	}
	return text
}
