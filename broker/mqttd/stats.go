package mqttd

import "sync/atomic"

// Stats counts what a broker has done since it was started, and what it holds.
type Stats struct {
	Clients       int // connected now
	Sessions      int // connected or away
	Subscriptions int
	Retained      int
	Waiting       int // messages that wait for sessions or are on the way to them

	Connections    uint64 // log-ins that were let in
	Refused        uint64 // log-ins that were not
	Received       uint64 // messages from clients and from the node
	Sent           uint64 // messages to clients
	BytesIn        uint64
	BytesOut       uint64
	Writes         uint64 // system calls that wrote them
	Denied         uint64 // messages without a right to their topic
	Dropped        uint64 // messages that went over the limit of a session
	DroppedByTaps  uint64 // messages that went over the limit of a tap
	Expired        uint64 // messages whose life was over before a session could be sent them (MQTT 5.0 §3.3.2.3.3)
	TooLarge       uint64 // messages that a client does not take for their size
	Unretained     uint64 // messages that found no room to be retained
	CommitFailures uint64 // messages that were not accepted, and so not acknowledged
}

// counters are the parts of Stats that only grow.
type counters struct {
	connections, refused, received, sent, bytesIn, bytesOut, writes               atomic.Uint64
	denied, dropped, droppedByTaps, expired, tooLarge, unretained, commitFailures atomic.Uint64
}

// Stats returns the counts of now.
func (b *Broker) Stats() Stats {
	c := &b.counters
	s := Stats{
		Subscriptions: b.index.len(), Retained: b.retained.len(),
		Connections: c.connections.Load(), Refused: c.refused.Load(),
		Received: c.received.Load(), Sent: c.sent.Load(),
		BytesIn: c.bytesIn.Load(), BytesOut: c.bytesOut.Load(), Writes: c.writes.Load(),
		Denied: c.denied.Load(), Dropped: c.dropped.Load(), DroppedByTaps: c.droppedByTaps.Load(),
		Expired: c.expired.Load(), TooLarge: c.tooLarge.Load(), Unretained: c.unretained.Load(), CommitFailures: c.commitFailures.Load(),
	}
	for _, session := range b.all() {
		connected, waiting := session.load()
		s.Sessions++
		s.Waiting += waiting
		if connected {
			s.Clients++
		}
	}
	return s
}
