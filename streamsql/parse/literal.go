package parse

import (
	"encoding/hex"
	"strconv"
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
	"github.com/holdfast-edge/holdfast/tag"
)

var nullValue = tag.NullOf(tag.Good)

// literal makes a literal and takes the current token, the last one of it.
func (p *parser) literal(start ast.Pos, v tag.Value) *ast.Literal {
	p.advance()
	return &ast.Literal{Pos: start, Value: v}
}

// beyondInt is the integer that is one too large, unless a minus sign makes it
// the least of all.
const beyondInt = "9223372036854775808"

// constant reads a literal of one token.
func (p *parser) constant() ast.Expr {
	value := nullValue
	switch text := p.token.text; p.token.kind {
	case sql.STRING:
		value = tag.StringOf(text)
	case sql.FLOAT:
		value = floatValue(text)
	case sql.INTEGER:
		value = p.integer(text)
		if text == beyondInt {
			p.beyond = p.literal(p.token.pos, value)
			return p.beyond
		}
	case sql.BLOB:
		value = p.blob(text)
	default:
		if !p.token.is("NULL") {
			value = tag.BoolOf(p.token.is("TRUE"))
		}
	}
	return p.literal(p.token.pos, value)
}

// floatValue reads digits, a point and an exponent. A number too large is
// infinite, as in SQLite.
func floatValue(text string) tag.Value {
	f, _ := strconv.ParseFloat(text, 64) // the scanner vouches for the form
	return tag.FloatOf(f)
}

// integer reads a decimal or hexadecimal integer. A decimal one above 64 bits
// is a float; a hexadecimal one is the 64 bits of a signed integer.
func (p *parser) integer(text string) tag.Value {
	if digits, isHex := strings.CutPrefix(text, "0x"); isHex {
		bits, err := strconv.ParseUint(digits, 16, 64)
		if err != nil {
			p.refuse("malformed hexadecimal integer", "0x is followed by 1 to 16 digits")
		}
		return tag.IntOf(int64(bits))
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return tag.IntOf(i)
	}
	return floatValue(text)
}

func (p *parser) blob(digits string) tag.Value {
	octets, err := hex.DecodeString(digits)
	if err != nil {
		p.refuse("malformed blob", "a blob is written x'00ff', two digits for each byte")
	}
	return tag.BytesOf(octets)
}
