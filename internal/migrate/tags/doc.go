// Package tags reads a sheet of tags, one a row, as CSV (RFC 4180) or as a workbook (.xlsx): the columns are the keys of
// the configuration. It knows no driver: what a key is worth is for our own check to judge, and is told by the row.
package tags
