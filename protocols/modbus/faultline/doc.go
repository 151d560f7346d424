// Package faultline is a Modbus TCP line that breaks on demand: a relay in front of any server, ours or another's, that
// does to the replies of chosen units what lines and devices do in plants.
//
//	client ──request──▶ relay ──request──▶ server
//	       ◀──fault of the unit──  ◀──reply──
//
// Faults of a unit are switched while connections are open and hold until the next switch. Faults of the whole line are
// Cut (every connection is closed), Refuse (new ones are closed at once) and HalfOpen (they are taken and never
// answered). It is for tests, demos and benchmarks, and knows no more of Modbus than where a frame ends.
package faultline
