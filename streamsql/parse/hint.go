package parse

import (
	"fmt"
	"strings"

	sql "github.com/rqlite/sql"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// What stands where no more of a query can.
const theEnd = "an operator, a clause or the end of the text"

// hint recognises a common slip by what was expected, the current token and the
// one before it.
func (p *parser) hint(what string) string {
	before := p.before()
	adjacent := before.end == p.token.pos.Offset
	switch p.token.kind {
	case sql.BITAND:
		if adjacent && before.kind == sql.BITAND {
			return "the logical operator is written AND"
		}
	case sql.GT, sql.LT:
		if adjacent && before.kind == sql.EQ {
			return "comparisons are written >= and <="
		}
	case sql.STRING:
		if p.dialect == ast.Standard && strings.HasPrefix(what, "the name") {
			return `text stands in single quotes, a name in double quotes ("a name") or in none`
		}
	case sql.RP:
		if what == theEnd {
			return `no "(" is open here`
		}
	case sql.INTEGER:
		if before.is("TOP") {
			return "write LIMIT " + p.token.text + " at the end of the query"
		}
	case bang:
		return "write NOT x, or a <> b"
	case sql.SLASH, hash:
		return `a name that holds other characters than letters, digits and _ stands in double quotes ("plant/line1")`
	case sql.IDENT:
		return p.hintOnWord(what)
	}
	return ""
}

// hintOnWord recognises slips whose current token is a word.
func (p *parser) hintOnWord(what string) string {
	before, word := p.before(), p.token
	switch {
	case before.is("COLLATE"):
		return "there is no COLLATE: compare lower(x)"
	case before.kind == sql.STRING && before.end == word.pos.Offset:
		return "a quote inside of a text is written twice: 'it''s'"
	case before.kind == sql.SEMI:
		return "a query is one statement"
	case word.is("EXCEPT") || word.is("REPLACE"):
		return "the columns stand in parentheses: * EXCEPT (a, b), * REPLACE (a + 1 AS a)"
	case what == "an expression" && before.kind == sql.COMMA && beginsClause(word):
		return "the comma at " + before.pos.String() + " is one too many"
	case (what == "an expression" || what == "a name") && ast.Reserved(word.text) && !word.is("END") && endsName(p.ahead(1)):
		return fmt.Sprintf("%s is a word of the language: a column of that name is written %s", word.text, p.quoted(word.text))
	case what == theEnd && beginsClause(word):
		return "the order is FROM, JOIN, WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, each once"
	case what == theEnd && (word.is("AND") || word.is("OR")):
		return "conditions on rows stand behind WHERE"
	}
	for _, t := range [...]*token{before, word} {
		if clause := misspelt(t); clause != "" {
			return "did you mean " + clause + " at " + t.pos.String() + "?"
		}
	}
	return ""
}

// quoted returns how a name that is a keyword is written.
func (p *parser) quoted(name string) string {
	if p.dialect == ast.EKuiper {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

// endsName reports whether the word before the token was probably meant as a
// column: the token ends it, or combines it with something.
func endsName(t *token) bool {
	switch t.kind {
	case sql.DOT, leftBracket, sql.EQ, sql.NE, sql.LT, sql.GT, sql.LE, sql.GE, sql.PLUS, sql.SLASH:
		return true
	}
	return endsItem(t)
}

func beginsClause(t *token) bool {
	for _, clause := range clauses {
		if t.is(clause) {
			return true
		}
	}
	return t.is("JOIN")
}

var clauses = [...]string{"FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"}

// before returns the token before the current one; a zero one at the start.
func (p *parser) before() *token {
	if p.next == 0 {
		return &token{}
	}
	return &p.tokens[p.next-1]
}

// misspelt returns the clause that a word was probably meant to begin: one that
// has the same first letter and, in any order, all the same letters but one.
func misspelt(word *token) string {
	if word.kind != sql.IDENT {
		return ""
	}
	text := strings.ToUpper(word.text)
	for _, clause := range clauses {
		if text != clause && text[0] == clause[0] && lettersApart(text, clause) <= 1 {
			return clause
		}
	}
	return ""
}

// lettersApart returns how many letters of the longer word the other lacks.
func lettersApart(a, b string) int {
	missing := max(len(a), len(b))
	for _, letter := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		missing -= min(strings.Count(a, string(letter)), strings.Count(b, string(letter)))
	}
	return missing
}
