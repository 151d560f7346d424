// Package exec runs planned queries over batches of rows.
//
// An Exec is one running query: a step machine without a clock, a goroutine or a
// socket. Rows are pushed into it, time is told to it, and it hands out batches.
//
//	Push(now, source, batch) ─┐
//	Tick(now) ────────────────┼─▶ Exec ──emit──▶ batches of the output
//	NextTick() ◀──────────────┘
//	Snapshot() / Restore()        what it must remember across a restart
//
// A row that fails is counted, kept as a sample with its error and told to
// Options.Failed; the rows behind it go on. Filtering, projecting and
// incremental aggregation allocate per batch of output, not per row.
//
// The schema of the output grows only: where `*` stands for columns that come
// with the rows, new ones are put behind those that were there.
package exec
