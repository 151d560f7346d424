package value

import (
	"strings"
	"unicode/utf8"
)

// Like reports whether text matches a pattern of LIKE: % stands for any run of
// characters, _ for one, and ASCII letters match in either case. escape, where
// it is not 0, makes the character behind it stand for itself.
func Like(pattern, text string, escape rune) bool {
	return match(pattern, text, matcher{any: '%', one: '_', escape: escape, fold: true})
}

// LikeCase is Like in which letters match in their own case only.
func LikeCase(pattern, text string, escape rune) bool {
	return match(pattern, text, matcher{any: '%', one: '_', escape: escape})
}

// Glob reports whether text matches a pattern of GLOB: * stands for any run of
// characters, ? for one, [a-z] for one of a set, [^a-z] for one outside it.
func Glob(pattern, text string) bool {
	return match(pattern, text, matcher{any: '*', one: '?', sets: true})
}

type matcher struct {
	any, one, escape rune
	fold, sets       bool
}

// match walks both strings once, and on a mismatch goes back to behind the
// last any, so that it needs len(pattern)·len(text) steps at worst.
func match(pattern, text string, m matcher) bool {
	p, t := 0, 0
	backP, backT := -1, 0
	for t < len(text) {
		r, size := utf8.DecodeRuneInString(pattern[p:])
		if size > 0 && r == m.any && r != m.escape {
			p += size
			backP, backT = p, t
			continue
		}
		if next, width, ok := m.step(pattern[p:], text[t:]); ok {
			p, t = p+next, t+width
			continue
		}
		if backP < 0 {
			return false
		}
		_, width := utf8.DecodeRuneInString(text[backT:])
		backT += width
		p, t = backP, backT
	}
	return m.onlyAny(pattern[p:])
}

// step matches one character of text and returns how much of both it took.
func (m matcher) step(pattern, text string) (next, width int, ok bool) {
	p, size := utf8.DecodeRuneInString(pattern)
	c, width := utf8.DecodeRuneInString(text)
	switch {
	case size == 0:
		return 0, 0, false
	case m.escape != 0 && p == m.escape:
		literal, more := utf8.DecodeRuneInString(pattern[size:])
		return size + more, width, more > 0 && m.equal(literal, c)
	case p == m.one:
		return size, width, true
	case m.sets && p == '[':
		next, ok = inSet(pattern, c)
		return next, width, ok
	default:
		return size, width, m.equal(p, c)
	}
}

func (m matcher) equal(a, b rune) bool {
	return a == b || m.fold && lower(a) == lower(b)
}

func (m matcher) onlyAny(pattern string) bool {
	return pattern == "" || m.any != m.escape && strings.Trim(pattern, string(m.any)) == ""
}

func lower(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}

// inSet reports whether the set that the pattern begins with holds c, and how
// long it is. A ] right behind the opening is an element; a set without end
// matches nothing.
func inSet(pattern string, c rune) (size int, in bool) {
	i := 1
	invert := strings.HasPrefix(pattern[i:], "^")
	if invert {
		i++
	}
	for first, previous := true, rune(-1); i < len(pattern); first = false {
		r, width := utf8.DecodeRuneInString(pattern[i:])
		i += width
		if r == ']' && !first {
			return i, in != invert
		}
		if r == '-' && previous >= 0 && i < len(pattern) && pattern[i] != ']' {
			high, more := utf8.DecodeRuneInString(pattern[i:])
			i += more
			in = in || previous <= c && c <= high
			previous = -1
			continue
		}
		in = in || r == c
		previous = r
	}
	return 0, false
}
