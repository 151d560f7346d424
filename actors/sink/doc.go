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
// What every sink has is done here: the fields are chosen, historical records
// marked, separated or withheld (package sinks/shape). A record that the far end refuses for
// good would be refused again for ever and hold up all behind it: it is counted,
// told with its reason, put on the dead-letter stream where that is asked for,
// and a gap record takes its place (settle).
package sink
