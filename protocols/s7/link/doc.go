// Package link runs a connection to a PLC: it connects (COTP, then Setup Communication), and then has jobs answered, as
// many at a time as was agreed, each found again by its reference.
//
//	Open ──CR──▶ ◀──CC── ──Setup──▶ ◀──terms── Conn ──Exchange──▶ jobs … ◀── answers ── Close
//
// A job that nobody waits for any more keeps its place among those on the way until it is answered: the PLC is never
// asked more at once than it agreed to, and a late answer is never taken for another's. When an answer does not come in
// time, the connection is at its end.
//
// Not here: what jobs ask and answers mean. That is for packages pdu and s7.
package link
