// Package codec turns batches, schemas, times and columns of values into bytes
// and back, for the log and for the history.
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
// A column is what the log writes: few rows at a time, in octets that the
// compressor of its blocks sees through. The history keeps the values of one tag
// over hours, and reads one tag at a time. It takes them one by one into a
// Series, which packs them in bits as they come, so that they need no
// compressor, and what waits in memory is what will be written:
//
//	series   := head [quality | runs] [texts] [scale integers]
//	integers := same integer | distinct integer group…
//	group    := head least bits
//
// # Damage
//
// Decoders take any bytes. They return ErrCorrupt or a value, never more
// memory than MaxCells allows, and never panic. They cannot tell a flipped bit
// in a value from a value: who stores bytes keeps a checksum over them.
package codec
