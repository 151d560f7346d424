// Package ber is as much of the Basic Encoding Rules of ASN.1 (ISO/IEC 8825-1) as MMS and the layers below it need:
// elements of definite length, one inside the other, and whole numbers.
package ber

import (
	"errors"
	"fmt"
)

// Element is a tagged value.
type Element struct {
	Tag     uint32 // the identifier octets, so that 0xA0 is [0] constructed and 0x02 INTEGER
	Content []byte
}

// ErrEncoding says that octets are no element, or not the one that has to be there.
var ErrEncoding = errors.New("octets that are not encoded as they should be")

// maxTag is how many octets an identifier may have here.
const maxTag = 3

// Parse takes the first element off b (§8.1). Indefinite lengths are not taken: nobody in this field sends them.
func Parse(b []byte) (e Element, rest []byte, err error) {
	n := 0
	for first := true; ; first = false {
		if n >= len(b) || n >= maxTag {
			return e, nil, fmt.Errorf("%w: no whole tag", ErrEncoding)
		}
		octet := b[n]
		e.Tag = e.Tag<<8 | uint32(octet)
		n++
		if first && octet&0x1F != 0x1F || !first && octet&0x80 == 0 {
			break
		}
	}
	length, taken, err := parseLength(b[n:])
	if err != nil {
		return e, nil, err
	}
	n += taken
	if length > len(b)-n {
		return e, nil, fmt.Errorf("%w: %d octets of %d", ErrEncoding, len(b)-n, length)
	}
	e.Content = b[n : n+length]
	return e, b[n+length:], nil
}

// parseLength reads a length of up to three octets (§8.1.3).
func parseLength(b []byte) (length, taken int, err error) {
	if len(b) == 0 {
		return 0, 0, fmt.Errorf("%w: no length", ErrEncoding)
	}
	if b[0] < 0x80 {
		return int(b[0]), 1, nil
	}
	taken = int(b[0]&0x7F) + 1
	if taken < 2 || taken > 4 || len(b) < taken {
		return 0, 0, fmt.Errorf("%w: no length of one to three octets", ErrEncoding)
	}
	for _, octet := range b[1:taken] {
		length = length<<8 | int(octet)
	}
	return length, taken, nil
}

// All returns the elements that b consists of.
func All(b []byte) (elements []Element, err error) {
	for len(b) > 0 {
		var e Element
		if e, b, err = Parse(b); err != nil {
			return nil, err
		}
		elements = append(elements, e)
	}
	return elements, nil
}

// Find returns the content of the first element with a tag among those that b consists of; nil where there is none.
func Find(b []byte, tag uint32) (content []byte) {
	for len(b) > 0 {
		e, rest, err := Parse(b)
		if err != nil {
			return nil
		}
		if e.Tag == tag {
			return e.Content[:len(e.Content):len(e.Content)]
		}
		b = rest
	}
	return nil
}

// Inside follows a path of tags inward, and returns the content of the last.
func Inside(b []byte, path ...uint32) ([]byte, error) {
	for _, tag := range path {
		inner := Find(b, tag)
		if inner == nil {
			return nil, fmt.Errorf("%w: there is no element %X", ErrEncoding, tag)
		}
		b = inner
	}
	return b, nil
}

// Append appends an element whose content is the parts.
func Append(dst []byte, tag uint32, parts ...[]byte) []byte {
	length := 0
	for _, part := range parts {
		length += len(part)
	}
	dst = appendLength(appendTag(dst, tag), length)
	for _, part := range parts {
		dst = append(dst, part...)
	}
	return dst
}

// Wrap returns an element whose content is the parts.
func Wrap(tag uint32, parts ...[]byte) []byte { return Append(nil, tag, parts...) }

func appendTag(dst []byte, tag uint32) []byte {
	for shift := 16; shift > 0; shift -= 8 {
		if tag>>shift != 0 {
			dst = append(dst, byte(tag>>shift))
		}
	}
	return append(dst, byte(tag))
}

func appendLength(dst []byte, length int) []byte {
	switch {
	case length < 0x80:
		return append(dst, byte(length))
	case length < 1<<8:
		return append(dst, 0x81, byte(length))
	case length < 1<<16:
		return append(dst, 0x82, byte(length>>8), byte(length))
	default:
		return append(dst, 0x83, byte(length>>16), byte(length>>8), byte(length))
	}
}

// Int returns an element that is a whole number, in as few octets as it needs (§8.3).
func Int(tag uint32, n int64) []byte {
	size := 1
	for size < 8 && (n>>(8*size-1) != 0 && n>>(8*size-1) != -1) {
		size++
	}
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(n >> (8 * (size - 1 - i)))
	}
	return Wrap(tag, content)
}

// ParseInt returns the whole number that an element's content is. Numbers without a sign have up to nine octets, of
// which the first is 0.
func ParseInt(content []byte) (int64, error) {
	if len(content) == 0 || len(content) > 8 {
		return 0, fmt.Errorf("%w: a number of %d octets", ErrEncoding, len(content))
	}
	n := int64(int8(content[0]))
	for _, octet := range content[1:] {
		n = n<<8 | int64(octet)
	}
	return n, nil
}

// Text returns an element that is a text.
func Text(tag uint32, text string) []byte { return Wrap(tag, []byte(text)) }
