// Package conformance is what every sink has to do, as a suite that each runs
// against its real far end, or one that is faithful to it: deliver with
// identity, tell gaps, survive a far end that is away, cut, slow, half-open or
// restarted, tell a refusal from a failure, close without a trace, and keep
// secrets out of errors.
//
// The far end is reached through a Relay, which does to connections what
// networks do. The suite sends as the actor of package actors/sink does: what is
// not acknowledged is sent again on the next connection.
package conformance
