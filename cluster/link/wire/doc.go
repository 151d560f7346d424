// Package wire holds the messages between node and cloud as protocol buffers, written from link.proto. It has no rules
// of its own: package link, one above, says what may be sent when, and how large it may be.
//
// The generator is cluster/link/protogen, pure Go at pinned versions, so that the code is the same on every machine.
package wire

//go:generate go run ../protogen link.proto
