// Package streamsqltest holds the tests of streamsql as a whole: scripts of
// rows, queries and what they give, and random queries that SQLite answers too.
package streamsqltest
