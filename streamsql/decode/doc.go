// Package decode makes rows of JSON messages: each payload is an object, which
// is a row, or an array of objects, which is as many rows.
//
// It reads only the columns that somebody asks for, once for all rules of a
// stream, straight into the arena of a batch. It knows no broker and no clock;
// it is not the parser of SQL, and not a converter of types: numbers without
// fraction and exponent become Int or Uint, the others Float, as tag.ParseNumber
// has it, and what is nested becomes an Array or an Object.
//
//	payload ──parse──▶ tree ──asked for──▶ row ──▶ Builder ──▶ batches
//	                           unknown: ignored, or with All a new column
//
// # Columns
//
// The schema begins with the columns that are asked for. With All it grows by
// every name that is met, up to MaxColumns; a batch has one schema, so a batch
// ends where the schema grows. A name beyond MaxColumns is ignored and counted:
// a publisher with random names must not fill the memory.
//
// Which columns are asked for may change while the stream runs (Read): what comes
// behind that begins a batch of another schema.
//
// A name in a message meets the columns of exactly that name, and those that
// differ in case only and have no name of their own in the row, which is how
// SQL finds columns.
//
// # What cannot be decoded
//
// A payload is taken as a whole or not at all. The error says what is wrong with
// it; the decoder goes on with the next one.
package decode
