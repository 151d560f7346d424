package decode

import (
	"encoding/binary"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// firstOf is the first octet that a mask marks, 8 for none.
func firstOf(mask uint64) int { return bits.TrailingZeros64(mask) / 8 }

// first is what firstOf has to be.
func first(eight []byte, is func(byte) bool) int {
	for i, c := range eight {
		if is(c) {
			return i
		}
	}
	return len(eight)
}

func TestTheFirstOfEightOctetsIsFound(t *testing.T) {
	octet := rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("09/:\"\\ \x1f\x00\x7f\x80\xff")))
	rapid.Check(t, func(t *rapid.T) {
		eight := rapid.SliceOfN(octet, 8, 8).Draw(t, "eight")
		word := binary.LittleEndian.Uint64(eight)
		if got, want := firstOf(special(word)), first(eight, func(c byte) bool { return c == '"' || c == '\\' || c < ' ' }); got != want {
			t.Errorf("special: %d, want %d", got, want)
		}
		if got, want := firstOf(notDigits(word)), first(eight, func(c byte) bool { return c < '0' || c > '9' }); got != want {
			t.Errorf("notDigits: %d, want %d", got, want)
		}
	})
}
