package mqttd

import "time"

// Message is one message, as those inside the node see it. Its payload is
// immutable.
type Message struct {
	Topic   string
	Payload []byte
	QoS     byte
	Retain  bool // publishing: keep it for later subscribers; received: the publisher asked for that
	Client  string
	Hops    int // how often data derived from data has passed a broker; 0 from the plant
	Arrived time.Time
}

// message is one message on its way. It is immutable and shared by all who
// receive it.
type message struct {
	topic      string
	payload    []byte
	properties []byte // to be passed on, encoded (MQTT 5.0 §3.3.2.3)
	qos        byte
	retain     bool
	from       *session // nil for the node itself
	hops       int
	arrived    time.Time
	expires    time.Time // zero: never (MQTT 5.0 §3.3.2.3.3)
}

// messageOverhead is what a message costs to keep, beside its content.
const messageOverhead = 128

// size is what the message counts against limits: its content and what it costs
// to keep.
func (m *message) size() int {
	return messageOverhead + len(m.topic) + len(m.payload) + len(m.properties)
}

// expired reports whether the message has lost its use.
func (m *message) expired(now time.Time) bool {
	return !m.expires.IsZero() && !now.Before(m.expires)
}

// seen is the message as those inside the node see it.
func (m *message) seen() Message {
	out := Message{Topic: m.topic, Payload: m.payload, QoS: m.qos, Retain: m.retain, Hops: m.hops, Arrived: m.arrived}
	if m.from != nil {
		out.Client = m.from.id
	}
	return out
}
