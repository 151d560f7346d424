// Package trace follows one record on its way through the node, on demand: from the tag over the rules that read it into
// the log and out to the far ends, with the time of each hop.
//
//	source ─ read ─ published ─┬─ committed ─ handed ─ acknowledged
//	                           └─ into a rule ─ out of it, published ─ committed ─ handed ─ acknowledged
//
// Those on the way call a Tracer with the batch that they have in hand. While nothing is armed that is one atomic load, and
// no allocation. A record is recognised by its stream and its time; what comes out of a rule next after the record went in
// is taken for what it made of it, which for windows is the window that closes next.
//
// All of it is bounded: how many traces are kept, how many hops each has, and how long one is armed.
package trace
