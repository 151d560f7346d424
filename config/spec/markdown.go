package spec

import (
	"fmt"
	"slices"
	"strings"
)

// AppendMarkdown writes a spec as a table of its keys, those that few people need last, and then, each under a heading
// of the given level, the mappings that stand under them.
func AppendMarkdown(dst []byte, s *Spec, level int) []byte {
	if s == nil || len(s.Fields) == 0 {
		return append(dst, "No keys.\n"...)
	}
	dst = append(dst, "| key | value | default | meaning |\n|---|---|---|---|\n"...)
	fields := slices.Clone(s.Fields)
	slices.SortStableFunc(fields, func(a, b Field) int { return order(a.Advanced) - order(b.Advanced) })
	for i := range fields {
		dst = fields[i].appendRow(dst)
	}
	for i := range fields {
		inner := fields[i].Type.inner()
		if inner == nil {
			continue
		}
		dst = fmt.Appendf(dst, "\n%s `%s`\n\n", strings.Repeat("#", level), fields[i].Key)
		dst = AppendMarkdown(dst, inner, level+1)
	}
	return dst
}

// order puts the advanced keys last.
func order(advanced bool) int {
	if advanced {
		return 1
	}
	return 0
}

// inner is the spec of the mappings that a type consists of, however they are contained; nil where there are none.
func (t *Type) inner() *Spec {
	for t.Elem != nil {
		t = t.Elem
	}
	return t.Spec
}

// appendRow writes one key.
func (f *Field) appendRow(dst []byte) []byte {
	return fmt.Appendf(dst, "| `%s` | %s | %s | %s |\n", f.Key, cell(f.Value()), code(f.Default), cell(f.meaning()))
}

// Value tells a person what to write: the type, its bounds or choices, and whether it has to be there.
func (f *Field) Value() string {
	value := f.Type.Name
	switch {
	case f.Chooses != "":
		value = "name of a " + f.Chooses
	case f.Enum != nil && f.Type.Shape == Text:
		value = codes(f.Enum)
	case f.Enum != nil:
		value += " of " + codes(f.Enum)
	case f.Match != "":
		value = matched(f.Match)
	}
	if f.Single {
		value += ", or one alone"
	}
	if bounds := f.Bounds(); bounds != "" && f.Type.measured() {
		value += ", " + bounds
	}
	if f.Unit != "" {
		value += " " + f.Unit
	}
	if f.Required {
		value += ", required"
	}
	return value
}

// measured tells whether bounds say something to a person: those of a plain text count its bytes.
func (t *Type) measured() bool {
	return t.Shape != Text || t.Name != "text"
}

// meaning is the doc with the example.
func (f *Field) meaning() string {
	if f.Example == "" {
		return f.Doc
	}
	return f.Doc + " Example: `" + f.Example + "`"
}

// cell keeps a text within its cell of a table.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}

// code marks a word as it is written; nothing stays nothing.
func code(word string) string {
	if word == "" {
		return ""
	}
	return "`" + cell(word) + "`"
}

// codes marks several words.
func codes(words []string) string {
	marked := make([]string, len(words))
	for i, word := range words {
		marked[i] = code(word)
	}
	return strings.Join(marked, ", ")
}
