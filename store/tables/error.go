package tables

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is what is wrong with a query. Line and Column count from 1, in
// characters; 0 where it is wrong as a whole.
type Error struct {
	Text   string
	Line   int
	Column int
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Text
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// errorAt is an error at an offset of the query as it was asked.
func (t *text) errorAt(at int, said string) *Error {
	before := t.asked[:min(at, len(t.asked))]
	line := 1 + strings.Count(before, "\n")
	return &Error{Text: said, Line: line, Column: 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])}
}

// locate finds the place that a message of SQLite is about, and adds what helps.
func (t *text) locate(ctx context.Context, conn *sql.Conn, said string, bytes int64) error {
	switch {
	case strings.HasPrefix(said, "out of memory"):
		return &Error{Text: fmt.Sprintf("it takes more than %d MB to sort or group: narrow it, or ask buckets", bytes>>20)}
	case strings.HasPrefix(said, "authorization denied"), strings.HasPrefix(said, "not authorized"), strings.HasPrefix(said, "access to "):
		return &Error{Text: "a query reads the history, and does nothing else: write it as SELECT …"}
	case said == "incomplete input":
		return t.errorAt(len(t.asked), "the query ends here, and is not complete")
	}
	if near, ok := between(said, `near "`, `": syntax error`); ok {
		return t.errorAt(t.place(t.syntax(ctx, conn, near, said)), fmt.Sprintf("syntax error near %q", near))
	}
	for _, about := range []string{"no such column: ", "no such table: ", "no such function: ", "ambiguous column name: ", `unrecognized token: "`} {
		if subject, ok := strings.CutPrefix(said, about); ok {
			return t.about(strings.TrimSuffix(subject, `"`), said)
		}
	}
	if subject, ok := between(said, "function ", "()"); ok {
		return t.about(subject, said)
	}
	return &Error{Text: said}
}

// between returns what stands between two texts.
func between(s, before, after string) (string, bool) {
	_, rest, ok := strings.Cut(s, before)
	if !ok {
		return "", false
	}
	i := strings.LastIndex(rest, after)
	if i < 0 {
		return "", false
	}
	return rest[:i], true
}

// syntax returns where in sql the error near a text is: at the first place at
// which a query that ends there has the same error.
func (t *text) syntax(ctx context.Context, conn *sql.Conn, near, said string) int {
	first := -1
	for _, tok := range scan(t.sql) {
		if t.sql[tok.at:tok.end] != near {
			continue
		}
		if first < 0 {
			first = tok.at
		}
		if err := compile(ctx, conn, t.sql[:tok.end]); err != nil && clean(err) == said {
			return tok.at
		}
	}
	return max(first, 0)
}

// compile finds out what SQLite says of a query.
func compile(ctx context.Context, conn *sql.Conn, text string) error {
	s, err := conn.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	defer s.Close()
	return nil
}

// about is an error about a name, at the first place that has it.
func (t *text) about(subject, said string) error {
	last := subject[strings.LastIndexByte(subject, '.')+1:]
	for _, tok := range t.tokens {
		if strings.EqualFold(tok.text, subject) || strings.EqualFold(tok.text, last) {
			if hint := t.hint(said); hint != "" {
				said += ": " + hint
			}
			return t.errorAt(tok.at, said)
		}
	}
	return &Error{Text: said}
}

// hint says where to look.
func (*text) hint(said string) string {
	switch {
	case strings.HasPrefix(said, "no such table"):
		return "SELECT DISTINCT \"table\" FROM tags lists what there is"
	case strings.HasPrefix(said, "no such column"):
		return "SELECT \"table\", tag FROM tags lists what there is"
	}
	return ""
}
