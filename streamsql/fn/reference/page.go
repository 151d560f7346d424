package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

const introduction = `# Functions of stream SQL

<!-- Written by go generate out of the registrations in streamsql/fn. Do not edit. -->

Names are read in any case. What stands behind a parameter is its type, and behind the parentheses the type of the
result; ` + "`[…]`" + ` can be left out, and ` + "`…`" + ` takes any number of arguments. A constant of the wrong type is refused when the
query is compiled; a value of the wrong type makes its row fail, which is counted and sampled.

Every example is run by a test. Where one ends in ` + "`FROM [ … ]`" + `, x is a column that has these values in rows a second
apart, and an analytic function shows its result for each row.

Where nothing else is said, NULL as an argument gives NULL. A value whose quality is Bad is NULL; what is computed from
values of doubtful quality has the worst of theirs.

`

const eKuiperIntroduction = `## As eKuiper has them

A rule in eKuiper's language finds these under their names instead of the ones above, or besides them. All others are
the same in both languages. What differs and why stands in ` + "`compatibility.md`" + `.

`

// appendPage appends the whole page.
func appendPage(dst []byte, standard, eKuiper *fn.Registry) []byte {
	families := byFamily(standard.All())
	names := familyNames(families)
	dst = append(dst, introduction...)
	for _, name := range names {
		dst = fmt.Appendf(dst, "- [%s](#%s): %s\n", title(name), anchor(name), strings.Join(functionNames(families[name]), ", "))
	}
	dst = append(dst, "- [As eKuiper has them](#as-ekuiper-has-them)\n"...)
	for _, name := range names {
		dst = fmt.Appendf(dst, "\n## %s\n", title(name))
		for _, f := range families[name] {
			dst = appendFunction(append(dst, '\n'), f)
		}
	}
	dst = append(append(dst, '\n'), eKuiperIntroduction...)
	for i, f := range different(standard, eKuiper) {
		if i > 0 {
			dst = append(dst, '\n')
		}
		dst = appendFunction(dst, f)
	}
	return dst
}

func byFamily(functions []*fn.Func) map[string][]*fn.Func {
	families := make(map[string][]*fn.Func)
	for _, f := range functions {
		families[f.Family] = append(families[f.Family], f)
	}
	return families
}

func familyNames(families map[string][]*fn.Func) []string {
	var names []string
	for name := range families {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}

func functionNames(functions []*fn.Func) []string {
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = "`" + f.Name + "`"
	}
	return names
}

func title(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func anchor(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }

// different returns the functions that are registered for eKuiper alone.
func different(standard, eKuiper *fn.Registry) []*fn.Func {
	var list []*fn.Func
	for _, f := range eKuiper.All() {
		if same, ok := standard.Lookup(f.Name); !ok || f.Signature() != same.Signature() || f.Doc != same.Doc {
			list = append(list, f)
		}
	}
	return list
}

// appendFunction appends the entry of one function.
func appendFunction(dst []byte, f *fn.Func) []byte {
	dst = fmt.Appendf(dst, "### %s\n\n`%s`", f.Name, f.Signature())
	if f.Kind() != fn.ScalarKind {
		dst = fmt.Appendf(dst, " · %s", f.Kind())
	}
	if len(f.Aliases) > 0 {
		dst = fmt.Appendf(dst, " · also `%s`", strings.Join(f.Aliases, "`, `"))
	}
	dst = append(append(dst, "\n\n"...), wrapped(f.Doc)...)
	if len(f.Examples) == 0 {
		return dst
	}
	dst = append(dst, "\n```text\n"...)
	width := 0
	for _, e := range f.Examples {
		width = max(width, len([]rune(e.SQL)))
	}
	for _, e := range f.Examples {
		dst = fmt.Appendf(dst, "%-*s → %s\n", width, e.SQL, e.Result)
	}
	return append(dst, "```\n"...)
}

// wrapped breaks a text into lines of at most 120 characters.
func wrapped(text string) string {
	var out strings.Builder
	line := 0
	for i, word := range strings.Fields(text) {
		size := len([]rune(word))
		switch {
		case i == 0:
		case line+1+size > 120:
			out.WriteByte('\n')
			line = 0
		default:
			out.WriteByte(' ')
			line++
		}
		out.WriteString(word)
		line += size
	}
	return out.String() + "\n"
}
