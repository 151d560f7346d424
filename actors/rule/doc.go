// Package rule supervises rules: one actor for each, a thin shell over one
// running query of package streamsql.
//
//	               ┌ evaluator of a stream ┐
//	stream ──ring──▶ Group of many queries ├─▶ a rule's own stream ──▶ other rules, the log, sinks
//	                 ▲ seats: join, leave  ┘              └▶ writes to devices
//	                 rule, rule, rule …
//
//	streams ──rings──▶ rule alone  ──▶ its own stream, writes to devices
//	the log ──cursor─▶ durable rule ─▶ its own stream, writes to devices
//
// # Three ways to run
//
// Rules that read one stream are evaluated together: the stream's evaluator has
// the one ring, and a Group in which what the rules have in common is done once
// for a batch. Each rule is still its own actor, which has a seat there: it is
// restarted, stopped and shown by itself.
//
// A rule that joins streams, or writes to devices what windows give, is evaluated
// by its own actor, from rings of its own.
//
// A durable rule reads the log instead, behind the commit: see durable.go.
//
// # What fails
//
// A row that fails costs that row only: it is counted and kept as a sample. So
// does a row on which a function panics; the query goes on with the state that
// it had. A rule that panics more than a few times within a second fails, and
// starts again by its policy from its last checkpoint; the others in its group
// miss nothing. A checkpoint that a rule has failed with twice is set aside.
//
// # State
//
// The state of a query that has one is checkpointed into the log: every so often
// while rows come, and when the rule is stopped. After a restart the rule goes
// on from its last checkpoint, without what came between. A rule that was
// changed keeps the state of what is still in it.
//
// # Writing to devices
//
// Writes come from live rows only, never from what is replayed or delivered
// late, and not after their deadline. A condition that stays true writes once:
// see write.Trigger. A row whose inputs are Bad is no evidence that a condition
// is false, so the return of a device does not write again.
package rule
