// Package state keeps what a node must know before it can do anything: the
// configurations it has accepted, how often it has started, and small documents
// of other packages. It is one small file that is written seldom and never
// without need.
//
// It is not for what changes with the data: that is in the log, with which it
// is committed.
//
// # Configurations
//
// Every configuration that is accepted is a generation with a number and a
// digest, kept as the octets that were given:
//
//	Accept ──▶ accepted ──Run──▶ running ──Confirm──▶ confirmed
//	               ▲                │
//	               └──── revert ◀───┘ Run(confirmed)
//
// The running generation is what the node was last told to run, the confirmed
// one what has proven itself, and the given one what its operator started it with
// the last time. A node that starts without a network runs the confirmed one if
// the running one was never confirmed.
package state
