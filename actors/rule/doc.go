// Package rule supervises rules: one actor for each, a thin shell over one
// running query of package streamsql.
//
//	streams ──rings──▶ rule ──▶ its own stream ──▶ other rules, the log, sinks
//	                     └────▶ writes to devices
//
// A ring tells the actor that it has something; the actor then drains its
// rings, a bounded number of batches for each message, so that a command never
// waits long. A rule that fails starts again with a fresh query; a row that
// fails costs that row only, is counted and kept as a sample.
//
// # Writing to devices
//
// Writes come from live rows only, never from what is replayed or delivered
// late, and not after their deadline. A condition that stays true writes once:
// see write.Trigger. A row whose inputs are Bad is no evidence that a condition
// is false, so the return of a device does not write again.
package rule
