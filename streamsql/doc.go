// Package streamsql is SQL over streams of batches: what rules are written in.
//
// A text is compiled once, against a catalog of the streams that there are, and
// then runs any number of times:
//
//	query, err := streamsql.Compile("SELECT temperature FROM boiler WHERE temperature > 30", catalog)
//	running := query.New(streamsql.Options{Rule: "hot", Stream: tag.NewStreamID(site, "hot")})
//	running.Push(now, 0, batch, func(out *tag.Batch) { … })
//
// A running query is a step machine with one owner. It has no clock, goroutine
// or socket: rows are pushed into it, time is told to it (Push, Tick, NextTick),
// and it calls back with batches. A row that fails is counted and sampled
// (Stats, Options.Failed), and the rest go on.
//
// The language is SQLite's for expressions and clauses, with windows, nested
// values and analytic functions added: docs/reference/sql.md. CompileEKuiper
// takes eKuiper's language, so that its rules run unchanged:
// docs/reference/compatibility.md.
//
// What a host needs:
//
//	Compiler            the sources, the language and the user functions to compile with
//	Query.Sources       what to push, and which lookup tables are asked
//	Query.Explain       the plan, for a person; Compiler.CompileStatement reads EXPLAIN
//	Options.Tables      the lookup tables by name; package lookup has some
//	Group               many rules on one stream; Group.Sharing tells what they share, Member.Watch what one does not give
//	trial               runs a query over pasted or live rows, within bounds
//	wasm.Catalogue      the user functions of a site, replaced while queries run
//
// What happens where:
//
//	ast      the syntax tree
//	parse    text -> tree
//	dialect  where the standard language and eKuiper's part ways
//	value    what operators mean
//	fn       functions: registry and built-in ones
//	expr     expressions -> closures
//	plan     what names mean, and what is evaluated when
//	exec     running queries
//	state    the binary form of what a running query remembers
//	lookup   tables that rows are joined with by key
//	trial    queries on trial
//	wasm     user functions
//
// The package is no SQL engine for tables: it sees each row once, in the order
// in which it comes.
package streamsql
