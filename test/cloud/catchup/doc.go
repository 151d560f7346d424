// Command catchup has a site that was cut off for a day catch up. The log of its node is written at speed, with 1,000
// values a second of plant time; then the link is opened, the plant goes on in real time, and everything goes over the real
// link (TLS, gRPC, tickets) to a member of the cloud and its sink. It writes docs/benchmarks/catchup.md.
//
//	log ── actors/sink ── actors/uplink ──TLS── member ── account
//	 └──── actors/sink ── account                            local, to compare with
//	             commands ◀── actors/uplink ──TLS── member ◀── API
//
// It fails where a record is missing or came twice without reason, where a lane is out of order, or where what is live
// waits for the backlog.
package main
