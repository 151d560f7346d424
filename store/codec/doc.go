// Package codec turns batches, schemas, times and columns of values into bytes
// and back. The log and the history share it, so that a value is written in one
// way only.
//
// It is not an exchange format: what leaves the node is encoded by the sinks.
//
// # Layout
//
// Everything is columnar, since the values of one tag resemble each other more
// than the values of one row:
//
//	rows   := flags hops rows width times [stamps] column×width
//	times  := first, first difference, differences of differences
//	column := head [runs of kinds] [qualities] payload
//
// Integers are zigzag differences, so that a slow signal costs a byte. Floats
// that are short decimals (21.5, as scaling makes them) are written as integers
// with an exponent; the others keep all their bits, four octets where they came
// from a binary32. Times keep every nanosecond.
//
// # Damage
//
// Decoders take any bytes. They return ErrCorrupt or a value, never more
// memory than MaxCells allows, and never panic. They cannot tell a flipped bit
// in a value from a value: who stores bytes keeps a checksum over them.
package codec
