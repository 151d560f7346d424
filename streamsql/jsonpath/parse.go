package jsonpath

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/tag"
)

// What a path may be, so that parsing one takes little of anything.
const (
	maxLength = 4096
	maxDepth  = 64
)

// SyntaxError says what is wrong with a path, and where.
type SyntaxError struct {
	Path   string
	Offset int // in octets
	Want   string
}

// Error shows the path up to where it goes wrong.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("JSON path %q, behind %q: want %s", e.Path, e.Path[:e.Offset], e.Want)
}

// Parse reads a path. Errors are *SyntaxError.
func Parse(text string) (*Path, error) {
	if len(text) > maxLength {
		return nil, &SyntaxError{text[:40] + "…", 0, fmt.Sprintf("at most %d octets", maxLength)}
	}
	p := &parser{text: text}
	p.space()
	if !p.accept("$") {
		return nil, p.want("$")
	}
	segments, err := p.segments()
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, p.want("a segment")
	}
	return &Path{text: text, segments: segments, singular: singular(segments)}, nil
}

type parser struct {
	text  string
	at    int
	depth int
}

func (p *parser) want(what string) error { return &SyntaxError{p.text, p.at, what} }

func (p *parser) rest() string { return p.text[p.at:] }

func (p *parser) space() {
	p.at = len(p.text) - len(strings.TrimLeft(p.rest(), " \t\r\n"))
}

func (p *parser) accept(token string) bool {
	if !strings.HasPrefix(p.rest(), token) {
		return false
	}
	p.at += len(token)
	return true
}

func (p *parser) segments() ([]segment, error) {
	var list []segment
	for {
		mark := p.at
		p.space()
		var s segment
		var err error
		switch {
		case p.accept(".."):
			s, err = p.descendant()
		case p.accept("."):
			s.selectors, err = p.dotted()
		case p.accept("["):
			s.selectors, err = p.bracketed()
		default:
			p.at = mark
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
}

func (p *parser) descendant() (segment, error) {
	read := p.dotted
	if p.accept("[") {
		read = p.bracketed
	}
	selectors, err := read()
	return segment{selectors, true}, err
}

// dotted reads a name, which SQLite allows to stand in quotes, or * behind a
// dot.
func (p *parser) dotted() ([]selector, error) {
	if p.accept("*") {
		return []selector{wildcard{}}, nil
	}
	if strings.HasPrefix(p.rest(), `"`) {
		s, err := p.quoted()
		return []selector{name(s)}, err
	}
	start := p.at
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.rest())
		if !isNameRune(r) {
			break
		}
		p.at += size
	}
	if p.at == start {
		return nil, p.want("a name or *")
	}
	return []selector{name(p.text[start:p.at])}, nil
}

func isNameRune(r rune) bool {
	return r == '_' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r >= 0x80 && r != utf8.RuneError
}

// bracketed reads selectors up to the ].
func (p *parser) bracketed() ([]selector, error) {
	var list []selector
	for {
		p.space()
		s, err := p.selector()
		if err != nil {
			return nil, err
		}
		list = append(list, s)
		p.space()
		switch {
		case p.accept("]"):
			return list, nil
		case !p.accept(","):
			return nil, p.want(", or ]")
		}
	}
}

func (p *parser) selector() (selector, error) {
	switch {
	case p.accept("*"):
		return wildcard{}, nil
	case p.accept("?"):
		c, err := p.either()
		return filter{c}, err
	case strings.HasPrefix(p.rest(), "'") || strings.HasPrefix(p.rest(), `"`):
		s, err := p.quoted()
		return name(s), err
	default:
		return p.places()
	}
}

// places reads a place, or from:to:step. Places from the end are also written as
// SQLite does: #-1.
func (p *parser) places() (selector, error) {
	if p.accept("#") {
		from, err := p.number()
		switch {
		case err != nil:
			return nil, err
		case from == nil:
			return place(math.MaxInt32), nil // behind the last one, where nothing is
		case *from >= 0:
			return nil, p.want("a place before the end, such as #-1")
		}
		return place(*from), nil
	}
	from, err := p.number()
	if err != nil {
		return nil, err
	}
	if p.space(); !p.accept(":") {
		if from == nil {
			return nil, p.want("a name in quotes, a place, * or ?")
		}
		return place(*from), nil
	}
	p.space()
	to, err := p.number()
	if err != nil {
		return nil, err
	}
	s := span{from, to, 1}
	if p.space(); p.accept(":") {
		p.space()
		step, err := p.number()
		if err != nil {
			return nil, err
		}
		if step != nil {
			s.step = *step
		}
	}
	return s, nil
}

// number reads a whole number, nil where there is none.
func (p *parser) number() (*int64, error) {
	end := p.at
	if end < len(p.text) && p.text[end] == '-' {
		end++
	}
	for end < len(p.text) && '0' <= p.text[end] && p.text[end] <= '9' {
		end++
	}
	if end == p.at {
		return nil, nil
	}
	i, err := strconv.ParseInt(p.text[p.at:end], 10, 32)
	if err != nil {
		return nil, p.want("a whole number of 32 bits")
	}
	p.at = end
	return &i, nil
}

// quoted reads a string in either quotes, with the escapes of JSON.
func (p *parser) quoted() (string, error) {
	quote := p.text[p.at]
	var body strings.Builder
	for i := p.at + 1; i < len(p.text); i++ {
		switch c := p.text[i]; {
		case c == quote:
			p.at = i + 1
			return unescape(body.String()), nil
		case c == '\\' && i+1 < len(p.text):
			if p.text[i+1] != '\'' {
				body.WriteByte(c)
			}
			i++
			body.WriteByte(p.text[i])
		case c == '"':
			body.WriteString(`\"`)
		default:
			body.WriteByte(c)
		}
	}
	return "", p.want("the closing quote")
}

func unescape(body string) string {
	v, err := tag.ParseJSON([]byte(`"` + body + `"`))
	if err != nil {
		return body
	}
	return v.Str()
}
