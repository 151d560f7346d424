// Package tag is the vocabulary that every other package of Holdfast speaks: a
// Value with its Quality, a Sample of one tag, a Schema of named fields, a
// Batch of rows, and the Identity of a record.
//
// It holds data only. It knows no protocol, no clock, no socket and no
// storage; imports point towards it and it imports nothing of Holdfast.
//
// # From a register to the cloud
//
// A value never travels alone: its quality says whether it may be believed and
// its source time says when it was true at the plant. A driver fills a row of
// a Builder, the Builder gives away an immutable Batch, and from then on any
// number of rules, logs and sinks read the same memory without a lock.
//
//	Builder ──Batch()──▶ Batch ──┬─▶ rules
//	 one owner, mutable          ├─▶ log ──Committed(id)──▶ Batch with Identity
//	                             └─▶ broker, console
//
// # Time
//
// Times are int64 nanoseconds since 1970-01-01T00:00:00Z. A row has one source
// time; where a source gives each value its own, or a join of groups makes
// them, the batch carries a time per value.
package tag
