// Package plc is a PLC for tests: it shows the faults of the field that a foreign server (Snap7's, in test/peers) cannot be
// made to show. What a PLC answers otherwise, the driver is held against Snap7's for.
//
// It serves data blocks, inputs, outputs, markers, timers and counters, tells who it is and which blocks it has, and is
// no part of the node.
package plc
