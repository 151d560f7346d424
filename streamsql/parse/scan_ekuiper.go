package parse

import (
	"strconv"
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// scanEscaped reads a string of eKuiper: in single or double quotes, with the
// escapes of Go.
func (s *scanner) scanEscaped(quote byte) bool {
	rest := s.rest()
	end := 1
	for end < len(rest) && rest[end] != quote {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(rest) {
		return s.illegal("text without its closing quote "+string(quote), "")
	}
	value, ok := unescape(rest[1:end])
	if !ok {
		return s.illegal("text with an unknown escape", `a backslash is written \\`)
	}
	return s.take(sql.STRING, value, end+1)
}

// unescape resolves the escapes of a string; ok is false where one is unknown.
func unescape(s string) (value string, ok bool) {
	if !strings.Contains(s, `\`) {
		return s, true
	}
	var b strings.Builder
	for s != "" {
		if strings.HasPrefix(s, `\'`) || strings.HasPrefix(s, `\"`) {
			b.WriteByte(s[1])
			s = s[2:]
			continue
		}
		r, multibyte, tail, err := strconv.UnquoteChar(s, 0)
		if err != nil {
			return "", false
		}
		if multibyte {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		s = tail
	}
	return b.String(), true
}

// joinsBefore makes one operator of a sign and an equals sign with a blank
// between them (`> =`), as eKuiper does.
func (s *scanner) joinsBefore() bool {
	if s.dialect != ast.EKuiper || len(s.tokens) == 0 {
		return false
	}
	last := &s.tokens[len(s.tokens)-1]
	switch last.kind {
	case sql.GT:
		last.kind = sql.GE
	case sql.LT:
		last.kind = sql.LE
	case bang:
		last.kind = sql.NE
	default:
		return false
	}
	s.move(1)
	last.end = s.pos.Offset
	return true
}
