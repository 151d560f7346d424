// Package uplink is a node's way to the cloud: one actor for the control connection, one that carries out commands and
// keeps their journal, and a far end for telemetry that package actors/sink delivers to as to any other.
//
//	uplink        one-for-one
//	├─ control    dials, greets, holds the session, dials again; renews the certificate
//	├─ commands   intent, run, outcome: a key runs at most once
//	└─ telemetry  a cursor of the log (package sink), over a connection of its own
//
//	waiting ──dial──▶ connecting ──welcome──▶ connected
//	   ▲                  │ no answer            │ lost, or turned away
//	   └──────────────────┴──────────────────────┘
//
// Nothing of the site waits for any of it. What the cloud asks for, and what a command means, is for the Plant to say.
package uplink
