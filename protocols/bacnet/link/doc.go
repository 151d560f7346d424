// Package link asks devices on BACnet/IP, and hears what they send by themselves.
//
//	Ask ─▶ invoke id ─▶ socket ─▶ the device, or a router and the device behind it
//	 ▲                                  │
//	 └── its answer, segments put together (assembly.go) ── receive ─▶ Handle: notifications, I-Am
//
// A Link has one socket of its own and one goroutine that reads it. Requests that wait at the same time are told apart by
// device and invoke id (clause 5.4); one that nobody waits for any more is dropped, and its id rests for a while, so that
// no late answer is taken for that of another request.
//
// Not here: what requests mean, and whether one that was not answered may be asked again.
package link
