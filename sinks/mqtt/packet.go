package mqtt

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/sinks"
)

// largestPacket is the most that a Remaining Length counts (MQTT 5.0 §1.5.5).
const largestPacket = 268_435_455

// message is one PUBLISH. Its slices are borrowed until it has been appended.
type message struct {
	topic      []byte
	payload    []byte
	properties []byte // encoded, without their length; none in MQTT 3.1.1
	id         uint16 // packet identifier, 0 at QoS 0
	qos        byte
	retain     bool
	level      byte // the protocol level of its connection

	rows  sinks.Rows // of the delivery that it is of; none for a gap
	unfit error      // why it must not be sent, a permanent failure; else nil
}

// isFit tells whether the message may be sent.
func (m *message) isFit() bool { return m.unfit == nil }

// size is the length of the packet without its fixed header.
func (m *message) size() int {
	n := 2 + len(m.topic) + len(m.payload)
	if m.level >= 5 {
		n += lengthOfInt(len(m.properties)) + len(m.properties)
	}
	if m.qos > 0 {
		n += 2
	}
	return n
}

// packetSize is what the packet counts against the far end's Maximum Packet
// Size (MQTT 5.0 §2.1.4).
func (m *message) packetSize() int {
	n := m.size()
	return 1 + lengthOfInt(n) + n
}

// appendPublish appends a PUBLISH packet (MQTT 5.0 §3.3, MQTT 3.1.1 §3.3).
func appendPublish(dst []byte, m *message) []byte {
	flags := byte(0x30) | m.qos<<1
	if m.retain {
		flags |= 1
	}
	dst = appendInt(append(dst, flags), m.size())
	dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(m.topic))), m.topic...)
	if m.qos > 0 {
		dst = binary.BigEndian.AppendUint16(dst, m.id)
	}
	if m.level >= 5 {
		dst = append(appendInt(dst, len(m.properties)), m.properties...)
	}
	return append(dst, m.payload...)
}

// userProperty is the identifier of a User Property (MQTT 5.0 §2.2.2.2).
const userProperty = 0x26

// appendUserProperty appends a name–value pair (MQTT 5.0 §3.3.2.3.7).
func appendUserProperty[T string | []byte](dst []byte, name string, value T) []byte {
	dst = binary.BigEndian.AppendUint16(append(dst, userProperty), uint16(len(name)))
	dst = binary.BigEndian.AppendUint16(append(dst, name...), uint16(len(value)))
	return append(dst, value...)
}

// appendInt appends a Variable Byte Integer (MQTT 5.0 §1.5.5).
func appendInt(dst []byte, n int) []byte {
	for n > 0x7F {
		dst = append(dst, byte(n)|0x80)
		n >>= 7
	}
	return append(dst, byte(n))
}

func lengthOfInt(n int) int {
	size := 1
	for ; n > 0x7F; n >>= 7 {
		size++
	}
	return size
}
