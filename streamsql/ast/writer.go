package ast

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns the node as canonical SQL of the Standard dialect: keywords in
// upper case, one space between words, no parentheses that the tree does not
// need. Parsing it gives an equal tree but for the positions.
func Text(n Node) string {
	var w writer
	n.write(&w)
	return w.String()
}

// Parenthesized returns the node as SQL in which every operator and its
// operands stand in parentheses, so that nothing hangs on precedence.
func Parenthesized(n Node) string {
	w := writer{everyOperator: true}
	if e, ok := n.(Expr); ok {
		w.expr(e, LowestPrec)
	} else {
		n.write(&w)
	}
	return w.String()
}

// writer collects the text of nodes.
type writer struct {
	strings.Builder
	everyOperator bool // parentheses around each
}

// expr writes e, in parentheses where it binds less tightly than least.
func (w *writer) expr(e Expr, least Precedence) {
	prec := e.Precedence()
	if prec >= least && !(w.everyOperator && prec < PrimaryPrec) {
		e.write(w)
		return
	}
	w.WriteByte('(')
	e.write(w)
	w.WriteByte(')')
}

// clause writes a keyword and an expression, or nothing where there is none.
func (w *writer) clause(keyword string, e Expr) {
	if e != nil {
		w.WriteString(keyword)
		w.expr(e, LowestPrec)
	}
}

// name writes an identifier, in quotes where it would not be read as one.
func (w *writer) name(n Name) {
	if isPlain(n.Text) && !Reserved(n.Text) {
		w.WriteString(n.Text)
		return
	}
	w.quoted(n.Text, '"')
}

// alias writes " AS name", or nothing where there is none.
func (w *writer) alias(n Name) {
	if n.Text != "" {
		w.WriteString(" AS ")
		w.name(n)
	}
}

func (w *writer) quoted(s string, quote byte) {
	w.WriteByte(quote)
	for i := range len(s) {
		if s[i] == quote {
			w.WriteByte(quote)
		}
		w.WriteByte(s[i])
	}
	w.WriteByte(quote)
}

// list writes keyword, then the elements with commas between them; nothing
// where there are none.
func list[E any](w *writer, keyword string, elements []E, write func(E)) {
	for i, e := range elements {
		if i == 0 {
			w.WriteString(keyword)
		} else {
			w.WriteString(", ")
		}
		write(e)
	}
}

func (w *writer) exprs(keyword string, exprs []Expr) {
	list(w, keyword, exprs, func(e Expr) { w.expr(e, LowestPrec) })
}

func (w *writer) names(keyword string, names []Name) { list(w, keyword, names, w.name) }

func nodes[N Node](w *writer, keyword string, nodes []N) {
	list(w, keyword, nodes, func(n N) { n.write(w) })
}

// isPlain reports whether s is read as one identifier without quotes.
func isPlain(s string) bool {
	for i, r := range s {
		if !IsNameRune(r, i == 0) {
			return false
		}
	}
	return s != ""
}

// IsNameRune reports whether r may stand in an identifier without quotes:
// letters and marks of any script, the underscore and, but for the first
// place, digits and the dollar sign.
func IsNameRune(r rune, first bool) bool {
	switch {
	case r < utf8.RuneSelf:
		return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' ||
			!first && (r == '$' || '0' <= r && r <= '9')
	case first:
		return unicode.IsLetter(r)
	default:
		return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Number)
	}
}
