// Package log is the node's write-ahead log: nothing leaves the node before it
// is committed here, and nothing is removed before every consumer has
// acknowledged it.
//
//	Append ──▶ queue ──▶ committer ──▶ segment, segment, active segment
//	Offer  ──▶  bounded   one goroutine     │          │
//	AppendSync                 │            ▼          ▼
//	                           └──memory──▶ Cursor  Cursor …  Next ──▶ far end
//	                                           ▲──────────────── Ack ──┘
//
// There is one log per node, and a cursor per consumer: a sink, the history, a
// durable rule. It is not a message queue between goroutines: rules read the
// bus.
//
// # Committing
//
// The committer assigns every record its tag.Identity, packs what waits into
// compressed blocks and commits them in one transaction, every second or 64 KB
// or at once for AppendSync. A cursor sees an entry when it is durable, not
// before. When the queue is full, Append waits, and Offer drops: the rows take
// sequences all the same, and a tag.Gap stands in their place, for every
// reader, for ever.
//
// # Disk full
//
// A commit that fails leaves the queue as it was and is tried again, with a
// backoff up to five seconds. Publishers in AppendSync are told and their batch
// is withdrawn. Positions are still written, since they need no room, so that
// segments that all have passed are removed and space may come back; but not those
// of a consumer whose checkpoint waits for what it has appended.
//
// # Cursors
//
// A cursor has two lanes, each in order. It begins in the live lane; where it
// finds itself further behind than LiveWithin, what it has missed moves to the
// backfill lane, marked tag.Backfill, and new entries go on in the live one:
//
//	            committed …………………………… tail
//	backfill  [=====)
//	live                        [====== …
//
// It goes there when nothing of the live lane is on the way, and stays there when
// the cursor is opened again: what is lost on the way comes before what follows it.
//
// Acknowledgements come in any order. What is kept is where each stretch is
// acknowledged without a hole; it rides in the next commit. After a crash or a
// Close, everything behind that is delivered again, under the same identity. A
// consumer that falls behind its Quota is advanced, and gets gaps for what it
// has missed; they are kept until it has acknowledged them.
//
// # Damage
//
// Every block has a checksum over its header and one over its payload; files
// are audited before they are mapped. A block or a whole file that does not
// hold is passed over, reported, and accounted for by gaps, as far as the
// sequences on both sides tell what it had. A damaged file is kept beside the
// others as *.corrupt.
package log
