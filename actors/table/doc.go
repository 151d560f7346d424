// Package table keeps the lookup tables that rules join with: the rows of a file,
// read again when it changes, and the newest rows of a stream. A table outlives
// the incarnations of the actor that keeps it, so that queries always have rows to
// ask for.
//
// What a lookup means in SQL stands in docs/reference/sql.md, how tables are
// configured in docs/rules.md.
package table
