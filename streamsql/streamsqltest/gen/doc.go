// Package gen makes random expressions, queries and tables for differential
// tests: texts that both SQLite and stream SQL read, and that mean the same to
// both.
//
// Everything comes from one seed, so that a failure is repeated by its seed.
// What a text gives does not hang on chance: rows that a LIMIT keeps are
// totally ordered, floats that are added up are exact, and a group has no value
// but its key and its aggregates.
//
// The package only writes texts. Running them is for the tests that use it.
package gen
