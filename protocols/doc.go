// Package protocols is the contract between the supervised actors of the node
// and the drivers that speak the plant's protocols. It holds the contract only;
// each protocol lives in a package of its own below this one, and passes the
// suite in protocols/conformance.
//
// # Who does what
//
// A driver is told about devices once, when they are configured, and compiles
// each of them into plans: what to put on the wire for one scan of one group.
// From then on it only executes. It keeps no schedule, starts no retry, decides
// no backoff and demotes nobody: the actors do, for all protocols alike.
//
//	configuration ──Compile──▶ Device ── Plans, Points
//	                                        │
//	endpoint ─────────Dial───▶ Session ◀────┘  Read a step, Write a point, Probe
//
// A Session is used by one goroutine at a time. Each of its calls is at most
// one round trip, so that a write waits for one request in flight and no more.
//
// # Faults
//
// A driver says how far a fault reaches and the actors act on it:
//
//	nil, a Bad value   the device refused that item; its other values stand
//	Fault{ScopeUnit}   this unit gave no usable answer; others on the session may
//	Fault{ScopeSession}the connection cannot be used again: it is closed and dialled anew
//
// A driver never returns a value that it is not sure of. When a reply could
// belong to another request, the session is at fault.
package protocols
