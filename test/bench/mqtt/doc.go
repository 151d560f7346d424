// Command mqtt measures what a rule between two MQTT clients costs: from one
// client through the node's broker, a filter that lets half of the messages pass,
// and the broker again to another client. Beside it, the bare broker and the bare
// library pass all of the same messages.
//
//	load ──socket──▶ node: broker ─▶ stream ─▶ rule ─▶ broker ──socket──▶ load
//
// The node is a process of its own, the two clients are another one. Processor
// time is the node's, by the scheduler's account.
package main
