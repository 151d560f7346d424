// Package link is the transport of IEC 60870-5-104 (104 §5): numbered frames over TCP, acknowledged within windows and
// times, and the connections of a redundancy group of which one is started.
//
//	Machine   the rules, pure: frames and times in, frames out
//	Conn      one connection: a goroutine that reads, and one that owns the machine
//	Group     the connections to one station: one started, the others kept ready
//
//	         STARTDT act ─▶ con              t1, a hole in the numbers, what is no frame
//	stopped ───────────────────▶ started ────────────────────────────────────────────────▶ broken
//	   ▲                            │
//	   └────── STOPDT act ─▶ con ───┘
//
// Both ends of a line are here: the controlling station (a driver), and the controlled one (a station for tests and
// demos). A Conn that is broken stays so. Whoever uses it makes a new one.
//
// Not here: what an ASDU says.
package link
