// Package mqtt is the sink that publishes to a broker of MQTT 5 or 3.1.1: over
// TCP, TLS or WebSocket, a message per row or per few rows, as JSON.
//
// It is a publisher and nothing else. It subscribes to nothing, keeps no
// session at the far end and no queue here: what is not acknowledged is still
// in the log, and is sent again as a new message after the next Open. Answers
// are read by paho's codec; the window, the acknowledgements and the keep-alive are here, since
// a publisher that pipelines needs no goroutine, timer or channel per message.
//
// # A connection
//
//	        Open                       Send, Close
//	dialing ─────▶ greeting ─────▶ open ─────────▶ closing ──▶ closed
//	   │ refused      │ CONNACK ≥ 0x80  │ cut, DISCONNECT,      ▲
//	   ▼              ▼                 │ silent for 2 keep-    │
//	 error          error               │ alives, unacknowledged│
//	                                    ▼                       │
//	                                   lost ────────────────────┘
//
// One goroutine per connection reads; it is also the keep-alive. When the
// connection is lost, every delivery on the way is done with an error before
// the Writer is closed, each once.
//
// # What is on the wire
//
// docs/sinks/mqtt.md shows the messages, for those who receive them.
package mqtt
