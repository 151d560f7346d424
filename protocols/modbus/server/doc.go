// Package server shows tags of the node to Modbus clients: SCADA systems, PLCs and panels that ask for registers. The node
// is the device then.
//
//	client ─▶ connection ─┐
//	client ─▶ datagram ───┼▶ desk ─▶ image: which tags stand there ─▶ host: their newest values
//	master ─▶ line ───────┘     └▶ writes ─────────────────────────▶ host: by every limit of the tag, with its outcome
//
// A connection has a goroutine of its own and one request in hand, so that a client that writes waits for the outcome and
// holds up nobody else. Whom it does not know it does not answer: beyond loopback a client's address has to be allowed, or
// it shows a certificate.
//
// What is bought for the other end of tests, package slave, is not used: it answers whoever connects, leaves its
// goroutines behind, and knows neither mask write nor serial lines. docs/design/modbus-server.md says more.
package server
