package cip

import "unicode/utf8"

// Text returns characters as UTF-8; what is not is read as ISO 8859-1.
func Text(raw []byte) string {
	if utf8.Valid(raw) {
		return string(raw)
	}
	wide := make([]byte, 0, 2*len(raw))
	for _, b := range raw {
		wide = utf8.AppendRune(wide, rune(b))
	}
	return string(wide)
}
