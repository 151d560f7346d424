// Package tdengine is the sink to TDengine 3.3 and later, through taosAdapter's
// WebSocket. A super-table holds the rows of a stream, or of all streams of one
// device type; a table below it those of one source. Both are made and altered
// as rows need them.
//
//	deliveries ──by super-table──▶ columns, as they are there ──▶ stmt2 bind, exec
//	                                      │ new field, longer text
//	                                      └──▶ ADD COLUMN, MODIFY COLUMN, prepare again
//
// Rows are upserted under (table, source time, sequence), so that a row sent
// again is there once. What leaves us is bound, never put into a statement's
// text by the driver: its interpolation writes floats with six digits and text
// without quotes.
package tdengine
