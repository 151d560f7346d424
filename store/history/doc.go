// Package history keeps what the tags were: every value with its quality and
// its time, in column blocks on bbolt, by stream and field.
//
//	log ──Cursor──▶ Run ──▶ tail (memory) ──flush──▶ shard ──seal──▶ shard, compact
//	                          │                        │
//	                          └────────── Scan ────────┘
//
// A shard is a file for six hours of source time. Rows wait in memory, by column
// and encoded as they will be written, where queries see them, until some
// minutes of them make blocks worth writing; the log still has them, and
// delivers them again after a crash. What a shard has applied is committed with
// its blocks, so that nothing is in it twice. When its time is over a shard is
// sealed: as it is, or rewritten where its blocks are short. Late rows stay behind
// the other blocks of a sealed shard until no more are likely to come; then their
// streams are put in order, and it is sealed again.
//
// Rows may come late, into the shard of their time, within a window; and in any
// order. Rows from the future, which a device with a wrong clock sends, are
// quarantined and let in when their time has come: they hold up nobody.
// Retention is by age and by size, a whole shard at a time, and goes on where
// nothing comes in.
//
// A sealed shard is summed up by minute and by hour, into tiers that are kept
// for longer; Summarize reads the coarsest that will do. A sum is that of the
// rows of its shard, neither more nor fewer: late rows take the shard out of
// the tiers, until it has been summed up again.
//
// It is not a database: Scan hands rows of one stream to its caller; SQL and
// PromQL are made of it elsewhere.
package history
