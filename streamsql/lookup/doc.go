// Package lookup is tables that a stream's rows are joined with by key: limits by
// device, names by code, the newest row of another device.
//
//	SELECT b.*, l.upper FROM boiler AS b LEFT JOIN limits AS l ON b.device = l.device
//
// A Table is what a running query asks; the host implements it, or takes one of
// those here:
//
//	Fixed    rows of a CSV or JSON file, replaced as a whole when the file changes
//	Newest   the newest row of each key of a stream
//	Appended the last rows of a stream
//
// The package reads no files and has no clock: it is given the bytes and the time.
// What a lookup means in SQL stands in docs/reference/sql.md.
package lookup
