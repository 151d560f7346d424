// Package sink supervises the way out: one actor for each far end, a thin shell
// over a cursor of the log and a writer of package sinks.
//
//	log ──cursor──▶ sink ──Send──▶ far end
//	      ◀──Ack───       ◀──done──
//
// An incarnation of the actor is one connection. When it ends, by the far end,
// the network or a defect, the next one opens the cursor where everything was
// acknowledged and delivers the rest again, under the same identities. Nothing
// is kept in the actor.
//
// A delivery that the far end refuses for good would be refused again for ever
// and hold up all behind it. It is counted, told with its reason, and passed.
package sink
