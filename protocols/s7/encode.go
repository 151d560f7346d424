package s7

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/tag"
)

// appendNumber appends the octets of a raw number, or says why it does not fit the type.
func (f form) appendNumber(dst []byte, raw tag.Value) ([]byte, error) {
	n, err := f.bits(raw)
	if err != nil {
		return nil, err
	}
	for shift := 8*f.octets() - 8; shift >= 0; shift -= 8 {
		dst = append(dst, byte(n>>shift))
	}
	return dst, nil
}

func (f form) bits(raw tag.Value) (uint64, error) {
	if !f.isFloat() {
		return f.wholeBits(raw)
	}
	number, ok := raw.Float()
	if !ok {
		return 0, fmt.Errorf("want a number")
	}
	if f == lrealForm {
		return math.Float64bits(number), nil
	}
	single := float32(number)
	if math.IsInf(float64(single), 0) {
		return 0, fmt.Errorf("%v does not fit a real", number)
	}
	return uint64(math.Float32bits(single)), nil
}

func (f form) wholeBits(raw tag.Value) (uint64, error) {
	low, high := forms[f-1].low, forms[f-1].high
	i, signed := raw.Int()
	u, unsigned := raw.Uint()
	switch {
	case signed && i < low, unsigned && u > high, !signed && !unsigned:
		return 0, fmt.Errorf("raw %s does not fit %s: want %d to %d", tag.AppendJSON(nil, raw), f, low, high)
	case f == s5timeForm:
		return toS5Time(u)
	case f != bcd16Form && f != bcd32Form:
		return uint64(i) | u, nil // the same where both are
	case i < 0:
		return toBCD(uint64(-i)) | 0xF<<(8*f.octets()-4), nil
	default:
		return toBCD(u), nil
	}
}

// toBCD writes four bits a digit.
func toBCD(n uint64) (digits uint64) {
	for shift := 0; n != 0; shift += 4 {
		digits |= n % 10 << shift
		n /= 10
	}
	return digits
}

// toS5Time writes milliseconds in the finest unit that has room for them.
func toS5Time(millis uint64) (uint64, error) {
	n, base, unit := millis/10, uint64(0), uint64(10)
	for n > 999 {
		n, base, unit = n/10, base+1, unit*10
	}
	if n*unit != millis {
		return 0, fmt.Errorf("%d ms is no S5TIME: want a multiple of %d ms", millis, unit)
	}
	return base<<12 | toBCD(n), nil
}

// truth returns a value as a bit: a bool, or the numbers 0 and 1.
func truth(v tag.Value) (bool, error) {
	if v.Kind() == tag.Bool {
		return v.Bool(), nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return f == 1, nil
	}
	return false, fmt.Errorf("want true, false, 0 or 1")
}

// appendCharacters appends a text, at most so many characters, with its actual length before it.
func (f form) appendCharacters(dst []byte, v tag.Value, length int) ([]byte, error) {
	if v.Kind() != tag.String {
		return nil, fmt.Errorf("want a text")
	}
	if !utf8.ValidString(v.Str()) {
		return nil, fmt.Errorf("the text is not UTF-8")
	}
	if f == wstringForm {
		wide := utf16.Encode([]rune(v.Str()))
		dst = binary.BigEndian.AppendUint16(dst, uint16(len(wide)))
		for _, u := range wide {
			dst = binary.BigEndian.AppendUint16(dst, u)
		}
		return dst, tooLong(len(wide), length)
	}
	narrow, err := toLatin(v.Str())
	if err != nil {
		return nil, err
	}
	return append(append(dst, byte(len(narrow))), narrow...), tooLong(len(narrow), length)
}

func tooLong(characters, length int) error {
	if characters > length {
		return fmt.Errorf("a text of %d characters: want at most %d", characters, length)
	}
	return nil
}

// toLatin returns a text in one octet a character (ISO 8859-1).
func toLatin(s string) ([]byte, error) {
	narrow := make([]byte, 0, len(s))
	for _, r := range s {
		if r > math.MaxUint8 {
			return nil, fmt.Errorf("%q is no character of a string: use a wstring", r)
		}
		narrow = append(narrow, byte(r))
	}
	return narrow, nil
}

// appendCharacter appends a single one.
func (f form) appendCharacter(dst []byte, v tag.Value) ([]byte, error) {
	if v.Kind() != tag.String || utf8.RuneCountInString(v.Str()) != 1 || !utf8.ValidString(v.Str()) {
		return nil, fmt.Errorf("want a text of one character")
	}
	r, _ := utf8.DecodeRuneInString(v.Str())
	switch {
	case f == charForm && r <= math.MaxUint8:
		return append(dst, byte(r)), nil
	case f == wcharForm && r <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(dst, uint16(r)), nil
	default:
		return nil, fmt.Errorf("%q does not fit %s", r, f)
	}
}

// octets returns exactly as many as the PLC keeps.
func octets(v tag.Value, length int) ([]byte, error) {
	if v.Kind() != tag.Bytes || len(v.Bytes()) != length {
		return nil, fmt.Errorf("want %d bytes", length)
	}
	return v.Bytes(), nil
}
