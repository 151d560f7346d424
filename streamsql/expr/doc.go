// Package expr compiles expressions into closures over a row.
//
// A Compiler turns an ast.Expr into a Node: what evaluates it to a value (Eval)
// and, without the detour over a value, to a truth (Test), with what is known
// about it beforehand: that it is constant, a plain column, of one type, cheap.
// What names mean is asked of a Scope, which package plan provides; what
// operators mean is asked of the dialect.
//
// A register machine was measured beside closures and is no quicker
// (docs/design/sql-engine.md). A comparison of a column with a constant takes
// about 7 ns; nothing that is evaluated for each row allocates.
//
// A Node is immutable and evaluated concurrently by all queries that share it.
// Everything that changes is in the Frame, of which each running query has its
// own. An expression cannot fail half-way: it notes its first error in the
// frame, goes on with NULL, and whoever evaluates a row asks the frame
// afterwards.
package expr
