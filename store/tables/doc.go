// Package tables answers SQL about the history: all of SQLite's SELECT, over
// virtual tables whose rows come out of the history's blocks as SQLite asks for
// them. It reads, and nothing else: what would write, attach, load or tune is
// refused when the statement is compiled.
//
//	query ─ names in it ─▶ tables made for it ─ authorizer on ─▶ SQLite ─▶ Rows
//	                            │ filter: time, columns, device, tag
//	                            ▼
//	                      walk.Walker, history.Summarize
//
// The tables, made only where a query has their name:
//
//	DEVICE          a row for each row of any of its groups: ts, and a column per tag
//	DEVICE.GROUP    the rows of one group
//	STREAM          those of any other stream that the history keeps
//	samples         a row per value: ts, device, tag, value, quality
//	buckets         min, max, avg, last, count and good share by step; of the tiers, where they do
//	tags            what there is
//
// A value that is Bad is NULL; a hidden column TAG__quality beside each says
// why. Time is text, such as 2026-11-28T06:30:00.000Z, which sorts as it runs
// and which SQLite's own date functions read; ts_ns has it exactly.
//
// Each query has a connection of its own, with bounds on rows, time, and memory.
package tables
