package document

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Error is one thing wrong with a document, at its place, with what to do about it.
type Error struct {
	File         string // as it was named to the reader
	Line, Column int    // from 1; 0 where there is none
	Path         string // of the field, devices[0].groups[1].name; empty where the text itself is broken
	Problem      string // what is wrong, naming what was found
	Fix          string // what to write instead; may be empty
	Use          string // for whom it was read, where that is a template; else empty
}

// Error prints file:line:column: path: problem: fix, leaving out what is not known.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.place())
	for _, part := range []string{e.Path, e.Problem, e.Fix} {
		if part == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(": ")
		}
		b.WriteString(part)
	}
	if e.Use != "" {
		b.WriteString(" (" + e.Use + ")")
	}
	return b.String()
}

// place prints file:line:column.
func (e *Error) place() string {
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
}

// Problem is an error that says what is wrong and, apart from it, what to do: a parser returns it to have the fix
// stand in its own field of the Error.
type Problem struct {
	What string
	Fix  string
}

// Error prints both.
func (p *Problem) Error() string {
	if p.Fix == "" {
		return p.What
	}
	return p.What + ": " + p.Fix
}

// At places err. Where err is a Problem, or wraps one, its fix is taken apart; what is left is the problem.
func At(file string, place Place, path string, err error) *Error {
	e := &Error{File: file, Line: place.Line, Column: place.Column, Path: path, Problem: err.Error()}
	if place.Use != nil {
		e.File, e.Use = place.Use.File, place.Use.String()
	}
	p, ok := errors.AsType[*Problem](err)
	if !ok || p.Fix == "" {
		return e
	}
	if what, ends := strings.CutSuffix(e.Problem, ": "+p.Fix); ends {
		e.Problem, e.Fix = what, p.Fix
	}
	return e
}

// MaxPrinted is how many errors Errors prints; the rest is told as a number.
const MaxPrinted = 50

// Errors is everything wrong with a configuration.
type Errors []*Error

// Error prints one error a line, at most MaxPrinted.
func (es Errors) Error() string {
	shown := es[:min(len(es), MaxPrinted)]
	lines := make([]string, 0, len(shown)+1)
	for _, e := range shown {
		lines = append(lines, e.Error())
	}
	if more := len(es) - len(shown); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors one by one to errors.Is and errors.As.
func (es Errors) Unwrap() []error {
	all := make([]error, len(es))
	for i, e := range es {
		all[i] = e
	}
	return all
}

// Sort orders by file, line, column and problem, and drops what is said twice of the same place, as of what several
// aliases share.
func (es Errors) Sort() Errors {
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Problem, b.Problem), cmp.Compare(a.Path, b.Path))
	})
	return slices.CompactFunc(es, (*Error).again)
}

// again tells whether other says the same of the same place.
func (e *Error) again(other *Error) bool {
	samePlace := e.File == other.File && e.Line == other.Line && e.Column == other.Column
	return samePlace && e.Problem == other.Problem && (e.Line > 0 || e.Path == other.Path)
}

// Err is nil where there is nothing wrong, so that callers return a plain error.
func (es Errors) Err() error {
	if len(es) == 0 {
		return nil
	}
	return es
}
