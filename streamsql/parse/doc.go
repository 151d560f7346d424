// Package parse reads stream SQL into the trees of package ast.
//
// The language is SQLite's, with its operators and their precedence, and with
// windows, nested values, star modifiers, FILTER on windows, OVER (… WHEN …)
// and CREATE STREAM added; docs/reference/sql.md describes it. A second
// dialect, ast.EKuiper, reads the texts of LF Edge eKuiper into the same trees,
// so that what is printed from them is standard SQL.
//
// # How it works
//
//	text ──scan──▶ []token ──parser──▶ ast.Statement
//
// The scanner of github.com/rqlite/sql reads literals and operators. What it
// does not know (names that are not ASCII, brackets, slices, eKuiper's strings)
// or reads wrongly (quotes of one kind inside quotes of the other, comments) is
// read here, and words are judged by where they stand: most keywords are names
// wherever no keyword can be. Its parser is not used: it gets SQLite's
// precedence wrong. Ours is a recursive descent with precedence climbing for
// operators.
//
// The first error stops everything: the parser then sees the end of the text,
// so that every function returns by its ordinary way and none has to hand the
// error on.
//
// # Limits
//
// A text may have MaxText bytes, and brackets, prefix operators and the tree
// may nest MaxDepth deep. The time is linear in the length of the text.
//
// The package does not know streams, columns or functions: an unknown one is
// found by package plan.
package parse
