package document

import (
	"bytes"
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
)

// syntaxError takes message and place out of the parser's error, which would print the source around it, slowly, and
// says what is wrong where the text shows one of the mistakes that people make.
func syntaxError(file string, data []byte, err error) *Error {
	syntax, ok := errors.AsType[yaml.Error](err)
	if !ok {
		return &Error{File: file, Line: 1, Column: 1, Problem: "this is not YAML: " + err.Error()}
	}
	place, said := placeOf(syntax.GetToken()), syntax.GetMessage()
	e := &Error{File: file, Line: place.Line, Column: place.Column, Problem: "this is not YAML: " + said}
	if m, found := mistakeIn(line(data, place.Line)); found {
		e.Column, e.Problem, e.Fix = m.column, "this is not YAML: "+m.what, m.fix
		return e
	}
	e.Fix = fixOf(said)
	return e
}

// fixOf is what most often helps where the parser says something.
func fixOf(said string) string {
	switch {
	case strings.Contains(said, "must be specified"), strings.Contains(said, "could not find"):
		return "close the quote, bracket or brace that is open here or above"
	case strings.Contains(said, "is not allowed in this context"):
		return "indent the keys of one mapping alike, and put a text with a colon in quotes"
	case strings.Contains(said, "non-map value"):
		return "write key: value, with a space behind the colon"
	}
	return ""
}

// mistake is what a line shows to be wrong with itself.
type mistake struct {
	column    int // from 1, in characters
	what, fix string
}

// mistakeIn looks for what cannot be seen in an editor, or is hard to see.
func mistakeIn(text string) (m mistake, found bool) {
	column := 0
	for _, r := range text {
		column++
		switch r {
		case ' ', '-':
			continue
		case '\t':
			return mistake{column, "a tab indents this line", "indent with spaces"}, true
		case '\u00a0', '\u2007', '\u202f', '\u3000', '\u200b', '\ufeff':
			return mistake{column, "a character that looks like a space and is none stands here", "write a space, or retype the line"}, true
		}
		break
	}
	if at, glued := gluedValue(text); glued {
		return mistake{at, "no space stands behind the colon of this key", "write key: value"}, true
	}
	return m, false
}

// gluedValue finds a value that stands right behind the colon of its key, as in unit:1. That of a URL is none.
func gluedValue(text string) (column int, found bool) {
	before, after, _ := strings.Cut(text, ":")
	key := strings.TrimLeft(before, " -")
	plain := strings.Trim(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
	return len(before) + 2, key != "" && plain && after != "" && !strings.ContainsAny(after[:1], " \t\r\n/")
}

// line is one line of a text, counted from 1.
func line(data []byte, number int) string {
	for text := range bytes.Lines(data) {
		if number--; number == 0 {
			return string(text)
		}
	}
	return ""
}
