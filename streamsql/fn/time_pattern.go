package fn

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxPattern is how many octets the pattern of a time has at most.
const maxPattern = 1024

// timePattern writes times in a form such as "yyyy-MM-dd HH:mm:ss", with the
// letters of java.text.SimpleDateFormat.
type timePattern []timePart

// timePart is a part of a pattern: digits of a fraction, a layout of package time, or
// text.
type timePart struct {
	digits int
	layout string
	text   string
}

// parsePattern reads a pattern. Text between single quotes and characters behind
// a backslash stand for themselves, as does everything that is no letter of the
// pattern.
func parsePattern(s string) (timePattern, error) {
	if len(s) > maxPattern {
		return nil, fmt.Errorf("time pattern of %d octets: at most %d are allowed", len(s), maxPattern)
	}
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
		switch {
		case part.digits > 0:
			fraction := strconv.Itoa(1e9 + t.Nanosecond())[1:]
			dst = append(append(dst, '.'), fraction[:part.digits]...)
		case part.layout != "":
			dst = t.AppendFormat(dst, part.layout)
		default:
			dst = append(dst, part.text...)
		}
	}
	return dst
}

func nextPart(s string) (part timePart, size int, err error) {
	switch c := s[0]; {
	case c == '\'':
		return quotedPart(s)
	case c == '\\' && len(s) == 1:
		return part, 0, fmt.Errorf(`it ends in \`)
	case c == '\\':
		_, size := utf8.DecodeRuneInString(s[1:])
		return timePart{text: s[1 : 1+size]}, 1 + size, nil
	case strings.IndexByte("YyGMdEHhamsSzZX", c) < 0:
		return timePart{text: s[:1]}, 1, nil
	default:
		n := len(s) - len(strings.TrimLeft(s, s[:1]))
		part, size := letterPart(c, n)
		if size == 0 {
			return part, 0, fmt.Errorf("%s is no part of one", s[:n])
		}
		return part, size, nil
	}
}

// quotedPart reads text in quotes; two quotes are one.
func quotedPart(s string) (part timePart, size int, err error) {
	if strings.HasPrefix(s, "''") {
		return timePart{text: "'"}, 2, nil
	}
	end := strings.IndexByte(s[1:], '\'')
	if end < 0 {
		return part, 0, fmt.Errorf("a quote is not closed")
	}
	return timePart{text: s[1 : 1+end]}, end + 2, nil
}

// letterPart returns what a letter stands for that is written n times, and how
// many of those it takes; none where it must not be written so.
func letterPart(c byte, n int) (part timePart, size int) {
	switch c {
	case 'S':
		return timePart{digits: min(n, 9)}, n
	case 'G':
		return timePart{text: "AD"}, 1
	}
	forms := timeLayouts(c)
	n = min(n, len(forms))
	layout := forms[n-1]
	if layout == "" {
		return part, 0
	}
	return timePart{layout: layout}, n
}

// timeLayouts returns layouts of package time for a letter, by how often it is
// written.
func timeLayouts(c byte) []string {
	switch c {
	case 'Y', 'y':
		return []string{"", "06", "", "2006"}
	case 'M':
		return []string{"1", "01", "Jan", "January"}
	case 'd':
		return []string{"2", "02"}
	case 'E':
		return []string{"", "", "Mon", "Monday"}
	case 'H':
		return []string{"", "15"}
	case 'h':
		return []string{"3", "03"}
	case 'm':
		return []string{"4", "04"}
	case 's':
		return []string{"5", "05"}
	case 'a':
		return []string{"PM"}
	case 'z':
		return []string{"MST"}
	case 'Z':
		return []string{"-0700"}
	default: // X
		return []string{"-07", "-0700", "-07:00"}
	}
}
