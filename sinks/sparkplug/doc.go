// Package sparkplug is the sink that makes the node an edge node of Sparkplug B 3.0: the site is the edge node, each device
// a device of it, each tag a metric.
//
//	log ──cursor──▶ writer ─▶ edge: births, aliases, sequence numbers ─▶ mqttc ─▶ broker ─▶ host
//	                            ▲                                          │
//	                            └── Rebirth ◀── NCMD ◀─────────────────────┤
//	              plant ◀── a write, by every limit ◀── DCMD ◀─────────────┘
//
// # Acknowledged
//
// Sparkplug publishes data at QoS 0, which nobody acknowledges. A delivery counts as delivered when the broker answers a
// PINGREQ that was sent behind it: packets of a connection are dealt with in order, so it has then dealt with the data.
// What was not answered when a connection ended is published again on the next one, after its births. A value that is
// older than the one that hosts know, if only from a birth, goes as historical.
//
// # What is remembered
//
// bdSeq, in a file of the sink's, so that a death of one connection is never taken for that of another. Everything else is
// told anew by the births of each connection.
package sparkplug
