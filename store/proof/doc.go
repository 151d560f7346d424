// Package proof compares what a log has with what came to the far end, by the
// identity of the records: what is missing, of which stream, and why.
//
// It is pure but for reading a receiver's file; the log is read by package log.
package proof
