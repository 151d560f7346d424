// Package link carries Modbus requests to units and brings back the replies that are theirs, over TCP, TLS, UDP and
// serial lines or their tunnels. It knows one connection: when to give it up, redial or poll is decided above.
//
// A reply is only ever given to the request that it answers:
//
//	MBAP   requests carry transaction numbers: several may be on the way, and a late reply is recognised by its
//	       number, counted and dropped. After half a frame the stream is out of step: the link is broken.
//	Line   RTU and ASCII frames carry none. After a timeout the unit owes a reply: until it has come, or can no longer
//	       come, nothing is asked that the late reply could be taken for an answer to. Other units are asked meanwhile.
//
// A link has one owner, which calls Exchange from one goroutine at a time; there is no goroutine of the link's own.
// Close may come at any time and ends an exchange in progress.
package link
