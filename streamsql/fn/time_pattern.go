package fn

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// timePattern writes times in a form such as "yyyy-MM-dd HH:mm:ss", with the
// letters of java.text.SimpleDateFormat.
type timePattern []func(dst []byte, t time.Time) []byte

// parsePattern reads a pattern. Text between single quotes and characters behind
// a backslash stand for themselves, as does everything that is no letter of the
// pattern.
func parsePattern(s string) (timePattern, error) {
	var p timePattern
	for s != "" {
		part, size, err := nextPart(s)
		if err != nil {
			return nil, fmt.Errorf("time pattern: %w", err)
		}
		p, s = append(p, part), s[size:]
	}
	return p, nil
}

func (p timePattern) append(dst []byte, t time.Time) []byte {
	for _, part := range p {
		dst = part(dst, t)
	}
	return dst
}

func nextPart(s string) (part func([]byte, time.Time) []byte, size int, err error) {
	switch c := s[0]; {
	case c == '\'':
		return quotedPart(s)
	case c == '\\' && len(s) == 1:
		return nil, 0, fmt.Errorf(`it ends in \`)
	case c == '\\':
		_, size := utf8.DecodeRuneInString(s[1:])
		return literal(s[1 : 1+size]), 1 + size, nil
	case strings.IndexByte("YyGMdEHhamsSzZX", c) < 0:
		return literal(s[:1]), 1, nil
	default:
		n := len(s) - len(strings.TrimLeft(s, s[:1]))
		part, size := letterPart(c, n)
		if part == nil {
			return nil, 0, fmt.Errorf("%s is no part of one", s[:n])
		}
		return part, size, nil
	}
}

func literal(s string) func([]byte, time.Time) []byte {
	return func(dst []byte, _ time.Time) []byte { return append(dst, s...) }
}

// quotedPart reads text in quotes; two quotes are one.
func quotedPart(s string) (part func([]byte, time.Time) []byte, size int, err error) {
	if strings.HasPrefix(s, "''") {
		return literal("'"), 2, nil
	}
	end := strings.IndexByte(s[1:], '\'')
	if end < 0 {
		return nil, 0, fmt.Errorf("a quote is not closed")
	}
	return literal(s[1 : 1+end]), end + 2, nil
}

// letterPart returns what a letter stands for that is written n times, and how
// many of those it takes; nil where it must not be written so.
func letterPart(c byte, n int) (part func([]byte, time.Time) []byte, size int) {
	if c == 'S' {
		return fraction(n), n
	}
	forms := map[byte][]string{ // layouts of package time by how often the letter is written
		'Y': {"", "06", "", "2006"}, 'y': {"", "06", "", "2006"},
		'M': {"1", "01", "Jan", "January"}, 'd': {"2", "02"}, 'E': {"", "", "Mon", "Monday"},
		'H': {"", "15"}, 'h': {"3", "03"}, 'm': {"4", "04"}, 's': {"5", "05"},
		'a': {"PM"}, 'z': {"MST"}, 'Z': {"-0700"}, 'X': {"-07", "-0700", "-07:00"},
	}[c]
	if c == 'G' {
		return literal("AD"), 1
	}
	n = min(n, len(forms))
	layout := forms[n-1]
	if layout == "" {
		return nil, 0
	}
	return func(dst []byte, t time.Time) []byte { return t.AppendFormat(dst, layout) }, n
}

// fraction is so many digits of the second with a point before them.
func fraction(n int) func([]byte, time.Time) []byte {
	n = min(n, 9)
	return func(dst []byte, t time.Time) []byte {
		digits := strconv.Itoa(1e9 + t.Nanosecond())[1:]
		return append(append(dst, '.'), digits[:n]...)
	}
}
