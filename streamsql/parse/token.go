package parse

import (
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// token is one word or sign of a text. Every word is an IDENT, keywords too:
// what it means depends on where it stands. Every quoted name is a QIDENT.
type token struct {
	kind sql.Token
	text string // of a name or a string in quotes what the quotes hold
	pos  ast.Pos
	end  int // offset behind it
}

// Signs that rqlite/sql has no token for.
const (
	leftBracket  sql.Token = -1 - iota // [
	rightBracket                       // ]
	colon                              // :
	hash                               // #, in the topics of eKuiper
	caret                              // ^, exclusive or in eKuiper
	bang                               // !
)

// is reports whether the token is a word, in any case.
func (t *token) is(word string) bool {
	return t.kind == sql.IDENT && len(t.text) == len(word) && strings.EqualFold(t.text, word)
}

// isName reports whether the token is a name where a name may begin an
// expression or follow a source.
func (t *token) isName() bool {
	return t.kind == sql.QIDENT || t.kind == sql.IDENT && !ast.Reserved(t.text)
}

// endsOperand reports whether an operand may end with the token, so that a
// bracket behind it is an index and not a quote.
func (t *token) endsOperand() bool {
	switch t.kind {
	case sql.QIDENT, sql.STRING, sql.BLOB, sql.INTEGER, sql.FLOAT, sql.RP, rightBracket:
		return true
	case sql.IDENT:
		return !ast.Reserved(t.text) || t.is("END") || t.is("NULL") || t.is("TRUE") || t.is("FALSE")
	}
	return false
}
