package mqttd

import (
	"encoding/binary"
	"math"
	"time"
)

// The first bytes of the packets that are made here (MQTT 5.0 §2.1).
const (
	headPublish  = 0x30
	headPuback   = 0x40
	headPubrec   = 0x50
	headPubrel   = 0x62
	headPubcomp  = 0x70
	headPingresp = 0xD0
)

// appendAck appends PUBACK, PUBREC, PUBREL or PUBCOMP. A reason other than 0 is
// told to those who speak MQTT 5; the others cannot be told.
func appendAck(dst []byte, head byte, id uint16, reason, version byte) []byte {
	if reason == 0 || version < 5 {
		return append(dst, head, 2, byte(id>>8), byte(id))
	}
	return append(dst, head, 3, byte(id>>8), byte(id), reason)
}

// appendPublish appends the PUBLISH by which an item goes to a client (MQTT 5.0
// §3.3). An id of 0 goes with QoS 0 only.
func appendPublish(dst []byte, it *item, version byte, now time.Time) []byte {
	m := it.message
	size, properties := it.bodySize(version)
	dst = appendInt(append(dst, it.head()), size)
	dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(m.topic))), m.topic...)
	if it.qos > 0 {
		dst = binary.BigEndian.AppendUint16(dst, it.id)
	}
	if version == 5 {
		dst = it.appendProperties(appendInt(dst, properties), now)
	}
	return append(dst, m.payload...)
}

// packetSize is the size of that packet, for the client's Maximum Packet Size.
func (it *item) packetSize(version byte) int {
	size, _ := it.bodySize(version)
	return 1 + intSize(size) + size
}

// bodySize is the size of the packet behind its fixed header, and of its
// properties in there.
func (it *item) bodySize(version byte) (size, properties int) {
	size = 2 + len(it.message.topic) + len(it.message.payload)
	if it.qos > 0 {
		size += 2
	}
	if version == 5 {
		properties = it.propertiesSize()
		size += intSize(properties) + properties
	}
	return size, properties
}

// head is the first byte: type, DUP, QoS and RETAIN.
func (it *item) head() byte {
	head := byte(headPublish) | it.qos<<1
	if it.dup {
		head |= 8
	}
	if it.retain {
		head |= 1
	}
	return head
}

func (it *item) propertiesSize() int {
	n := len(it.message.properties)
	if !it.message.expires.IsZero() {
		n += 5
	}
	for _, id := range it.subscriptions {
		n += 1 + intSize(id)
	}
	return n
}

// subscriptionID is the property that names a subscription (MQTT 5.0 §3.3.2.3.8).
const subscriptionID = 0x0B

// appendProperties appends what the publisher gave, the rest of the message's
// life (MQTT 5.0 §3.3.2.3.3) and the subscriptions that it is for.
func (it *item) appendProperties(dst []byte, now time.Time) []byte {
	if m := it.message; !m.expires.IsZero() {
		left := min(max(int64(m.expires.Sub(now)/time.Second), 1), math.MaxUint32)
		dst = binary.BigEndian.AppendUint32(append(dst, messageExpiry), uint32(left))
	}
	for _, id := range it.subscriptions {
		dst = appendInt(append(dst, subscriptionID), id)
	}
	return append(dst, it.message.properties...)
}

// appendUser appends a User Property (MQTT 5.0 §3.3.2.3.7).
func appendUser(dst []byte, name, value string) []byte {
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

func intSize(n int) int {
	size := 1
	for ; n > 0x7F; n >>= 7 {
		size++
	}
	return size
}
