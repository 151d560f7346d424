package document

import (
	"fmt"
	"unicode/utf8"
)

// The bounds of one file. A plant of 1,000 devices with 100 tags each is about 10 MB and a million nodes.
const (
	MaxBytes = 16 << 20  // of text
	MaxDepth = 64        // of lists and mappings in each other
	MaxNodes = 4_000_000 // values, after every alias is written out
)

// checkText refuses what is no text of a bearable size, at the place of the first byte that is wrong.
func checkText(file string, data []byte) *Error {
	if len(data) > MaxBytes {
		return &Error{
			File:    file,
			Problem: fmt.Sprintf("the file has %d bytes, the limit is %d", len(data), MaxBytes),
			Fix:     "split it into several files of one directory",
		}
	}
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 || r == 0 {
			place := newCursor(data).at(at)
			return &Error{
				File: file, Line: place.Line, Column: place.Column,
				Problem: fmt.Sprintf("byte 0x%02x is not UTF-8 text", data[at]),
				Fix:     "save the file as UTF-8",
			}
		}
		at += size
	}
	return nil
}

// tooDeep is the error of nesting beyond MaxDepth.
func tooDeep(file string, place Place) *Error {
	return &Error{
		File: file, Line: place.Line, Column: place.Column,
		Problem: fmt.Sprintf("lists and mappings are nested more than %d deep", MaxDepth),
	}
}

// tooHeavy is the error of a document of more than MaxNodes values.
func tooHeavy(file string, place Place) *Error {
	return &Error{
		File: file, Line: place.Line, Column: place.Column,
		Problem: fmt.Sprintf("the document has more than %d values once its aliases are written out", MaxNodes),
		Fix:     "use fewer aliases, or split the file",
	}
}

// cursor turns byte offsets, asked for in rising order, into places.
type cursor struct {
	data   []byte
	offset int
	place  Place
}

func newCursor(data []byte) *cursor {
	return &cursor{data: data, place: Place{Line: 1, Column: 1}}
}

// at moves on to offset, which is never before the last one asked for.
func (c *cursor) at(offset int) Place {
	for c.offset < offset && c.offset < len(c.data) {
		r, size := utf8.DecodeRune(c.data[c.offset:])
		c.offset += size
		c.place.Column++
		if r == '\n' {
			c.place.Line++
			c.place.Column = 1
		}
	}
	return c.place
}
