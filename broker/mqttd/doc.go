// Package mqttd is the MQTT broker inside the node: MQTT 3.1, 3.1.1 and 5 over
// TCP, TLS and WebSocket, for the clients of the plant and for the node itself.
//
// It is not the node's internal bus, which is package broker: batches do not
// pass here. It is not a cluster, and it bridges to nothing: a sink does that.
//
// # What it promises
//
// A message of QoS 1 or 2 is acknowledged when every tap has accepted it, and
// it is on the disk for every session that outlives its connection; where that
// fails the publisher is disconnected and not answered, so that it sends again.
// Nothing that was acknowledged is lost by a slow subscriber, a restart or a
// power cut, up to limits that are configured; what goes over them is dropped
// oldest first and counted. No subscriber, however stuck, holds up a publisher.
// Nobody is let in from beyond this machine without having logged in.
//
// # The way of a message
//
//	client ─▶ reader ─▶ arrivals ─▶ taps ─▶ vault ─▶ outboxes ─▶ writer ─▶ client
//	            │        (QoS 1, 2: in the order        ▲
//	            │         they came, acknowledged       │
//	            │         at the end of this way)       │
//	            └──────────── QoS 0 ────────────────────┘
//
// A connection has two goroutines. The reader decodes and routes; the writer
// takes from the session's outbox and from what the reader wants to answer, and
// writes whatever has gathered with one system call. A reader wakes the writers
// it has given something to when it has no further packet at hand, so that what
// arrives together leaves together; after a few packets only it writes itself,
// as far as the sockets take it without waiting.
//
// # A session
//
//	       CONNECT                      cut, DISCONNECT
//	none ───────────▶ connected ───────────────────────▶ away
//	 ▲                  ▲   │ expiry 0                    │  │
//	 │                  └───┼───────── CONNECT ───────────┘  │ expiry over
//	 └──────────────────────┴────────────────────────────────┘
//
// The codec of the rarer packets is mochi-mqtt's; docs/design/broker.md tells
// why the rest of it is not.
package mqttd
