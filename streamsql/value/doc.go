// Package value gives tag.Value the meaning that SQL has for it: truth with
// three values, comparison across types, arithmetic, text forms, CAST, LIKE.
//
// The semantics are SQLite's (https://www.sqlite.org/datatype3.html and
// lang_expr.html), so that a person can try any expression in a SQLite shell.
// What a stream has and SQLite has not is added at the ends: Bool counts as the
// integer 0 or 1 but stays a Bool where nothing is computed, Time counts as
// milliseconds since the Unix epoch, Array and Object sort behind blobs. A
// value whose quality is Bad is NULL, and what is computed from values of
// doubtful quality carries the worst of theirs.
//
// strict.go holds the other reading, in which a wrong type is an error, for
// rules that come from eKuiper. Which of the two a query uses is decided when
// it is compiled; see package dialect.
//
// Everything here is a pure function and allocates only where the result is
// new text.
package value
