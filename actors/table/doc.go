// Package table keeps the tables that rules join with: the rows of a file, read
// again when it changes, the newest rows of a stream by key, and its last rows. A
// table outlives the incarnations of the actor that keeps it, so that queries
// always have rows to ask for.
//
// What a lookup means in SQL stands in docs/reference/sql.md, how tables are
// configured in docs/tables.md.
package table
