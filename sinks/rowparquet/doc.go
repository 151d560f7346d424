// Package rowparquet makes Parquet files of rows that came one after the other.
// A Parquet file can be read when its last octet is written, and a column has one
// type for all of it; so rows are kept as lines of JSON first, which a power cut
// leaves readable, and converted when the file is complete:
//
//	[{"name":"ts","kind":"time"},{"name":"temperature"}]
//	["2026-11-28T02:40:00Z",21.5]
//	["2026-11-28T02:40:01Z",null]
//
// A column of kind time has RFC 3339 texts, which become timestamps in
// nanoseconds, UTC. Any other gets the narrowest type that holds all of its
// values: BOOLEAN, INT64, DOUBLE, else a text, in which a value that is none
// stands as JSON.
package rowparquet
