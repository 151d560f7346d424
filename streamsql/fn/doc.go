// Package fn is the functions of stream SQL: what a function is, the registry
// that finds one by name, and the built-in ones.
//
// A function is one Func value: names, parameters, result, what it makes of
// NULL, whether it always gives the same, a sentence of documentation and
// examples. From that the compiler checks calls, the reference page is written,
// and the examples are run as tests. Exactly one implementation is set:
//
//	Scalar     a value from values               abs(x)
//	Aggregate  a value from the rows of a group  avg(x), collect(x)
//	Analytic   a value from the rows before      lag(x), had_changed(x)
//	Table      rows from a value                 unnest(array)
//
// Aggregates and analytic functions make a new state for each group or
// partition; a state is owned by one running query and may be written to bytes
// and read back, so that a query survives a restart.
//
// Functions are pure but for their state: time, the window, the rule and the
// row's own metadata come in through Context. What SQLite calls otherwise has
// both names; what eKuiper understands differently has a second registration in
// the registry that EKuiper returns.
package fn

//go:generate go run ./reference ../../docs/reference/functions.md
