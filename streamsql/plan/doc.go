// Package plan finds out what a query means: which streams and columns its
// names are, which functions it calls and when in a row's life each of them is
// evaluated, and what the rows of its output look like. The result, a Query, is
// immutable; package exec runs it any number of times.
//
//	ast.Query ──Build──▶ Query ── Arms: one Select for each part of a UNION ALL
//
//	Select, in the order of a row's life:
//	  Inputs     the streams, tables and queries that it reads
//	  Before     analytic calls and whatever is evaluated once per row
//	  Filter     WHERE
//	  Window     which rows belong together
//	  Joins      … with which of the other inputs
//	  Groups     GROUP BY, and the Aggregates of each group
//	  Having     which groups stay
//	  Items      the columns of the output
//	  Order, Limit
//
// All expressions of a Select are compiled over one layout: the columns that it
// uses of all its inputs, numbered in the order in which they were met. Where in
// a row the columns stand, exec binds once for each schema that it sees.
package plan
