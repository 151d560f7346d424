package ast

import "strconv"

// Pos is a place in the text that the user wrote. The zero Pos is no place: it
// stands in nodes that no text gave rise to.
type Pos struct {
	Offset int // bytes from the start of the text
	Line   int // from 1
	Column int // characters from 1, each rune one
}

// At returns the position itself. Nodes embed Pos and thereby tell where they
// begin.
func (p Pos) At() Pos { return p }

// IsValid reports whether the position is a place in a text.
func (p Pos) IsValid() bool { return p.Line > 0 }

// String returns the position as "line:column".
func (p Pos) String() string {
	return strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Node is any part of a statement.
type Node interface {
	// At returns where the node begins: its first token, for an infix or
	// postfix operator that of its left operand.
	At() Pos

	walk(visit func(Node) bool)
	write(w *writer)
}

// Name is an identifier as the user wrote it, without its quotes. Names
// compare without regard to case where they name streams, columns of a fixed
// schema or functions; that is for package plan to decide.
type Name struct {
	Pos
	Text string
	// Quoted tells that the identifier stood in quotes: "x", `x` or [x]. A
	// name that is not known and was in double quotes was often meant as text.
	Quoted bool
}
