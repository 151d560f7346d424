// Package template is text with placeholders, as sinks take it for the names of
// tables, topics, keys and files and for payloads: {site}, {stream}, and the
// {name} of a field. It knows nothing of any far end: who uses it says how text
// is made harmless there.
package template

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Template is a text with placeholders. The zero Template is one not given. A
// brace that is meant as such is written twice.
type Template struct {
	text  string
	parts []part
}

// part is a piece of a template: literal text, or the name of a placeholder.
type part struct {
	literal string
	name    string
}

// longest is how long a template may be; most of what it becomes is of the
// placeholders.
const longest = 4096

// Parse reads a template.
func Parse(text string) (Template, error) {
	t := Template{text: text}
	if len(text) > longest || !utf8.ValidString(text) {
		return t, &config.Problem{What: fmt.Sprintf("a template of %d bytes", len(text)), Fix: fmt.Sprintf("want UTF-8, at most %d bytes", longest)}
	}
	var literal strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		doubled := i+1 < len(text) && text[i+1] == c
		switch {
		case (c == '{' || c == '}') && doubled:
			literal.WriteByte(c)
			i++
		case c == '{':
			name, _, closes := strings.Cut(text[i+1:], "}")
			if !closes || name == "" || strings.ContainsAny(name, "{\n") {
				return Template{}, unreadable(text, "has { without a name and }")
			}
			t.addLiteral(&literal)
			t.parts = append(t.parts, part{name: name})
			i += len(name) + 1
		case c == '}':
			return Template{}, unreadable(text, "has } without {")
		default:
			literal.WriteByte(c)
		}
	}
	t.addLiteral(&literal)
	return t, nil
}

func (t *Template) addLiteral(literal *strings.Builder) {
	if literal.Len() > 0 {
		t.parts = append(t.parts, part{literal: literal.String()})
		literal.Reset()
	}
}

func unreadable(text, what string) error {
	return &config.Problem{
		What: fmt.Sprintf("template %.60q %s", text, what),
		Fix:  "write {site}, {stream} or the {name} of a field; a brace that is meant as such is written twice",
	}
}

// String returns the template as it was written.
func (t Template) String() string { return t.text }

// UnmarshalText is Parse.
func (t *Template) UnmarshalText(text []byte) (err error) {
	*t, err = Parse(string(text))
	return err
}

// MarshalText returns the template as it was written.
func (t Template) MarshalText() ([]byte, error) { return []byte(t.text), nil }

// IsZero reports whether there is no template.
func (t Template) IsZero() bool { return t.text == "" }

// DescribeText names the type for reference, schema and forms.
func (Template) DescribeText() (name, pattern string, secret bool) {
	return "text with placeholders", "", false
}

// Bind fills in what is the same for every row of a schema; escape makes text
// harmless at the far end, and may be nil. A field that the schema lacks is
// missing in every row. schema is nil where there are no rows, as for a gap.
func (t Template) Bind(site, stream string, schema *tag.Schema, escape Escape) Bound {
	b := Bound{escape: escape}
	for _, p := range t.parts {
		switch {
		case p.literal != "":
			b.add(piece{literal: p.literal, slot: literalSlot})
		case p.name == "site":
			b.add(piece{literal: string(b.escaped(nil, site)), slot: literalSlot})
		case p.name == "stream":
			b.add(piece{literal: string(b.escaped(nil, stream)), slot: literalSlot})
		default:
			b.add(piece{literal: p.name, slot: slotOf(schema, p.name)})
		}
	}
	return b
}

func slotOf(schema *tag.Schema, name string) int {
	if schema != nil {
		if slot, ok := schema.Slot(name); ok {
			return slot
		}
	}
	return missingSlot
}
