package mqttd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/mochi-mqtt/server/v2/packets"
)

// publish is a PUBLISH packet as it stands in the reader's buffer.
type publish struct {
	topic   []byte
	payload []byte
	id      uint16
	qos     byte
	retain  bool
	dup     bool

	properties []byte        // to be passed on, encoded
	alias      uint16        // 0: none
	expiry     time.Duration // of the message; 0: none
	hops       int
}

// decodePublish reads what follows the fixed header (MQTT 5.0 §3.3). The slices
// of the result lie in body, but for properties where there was something to
// take out of them. What the topic says is not looked at.
func decodePublish(flags byte, body []byte, version byte) (p publish, err error) {
	p.qos, p.retain, p.dup = flags>>1&3, flags&1 != 0, flags&8 != 0
	if p.qos == 3 {
		return p, packets.ErrProtocolViolationQosOutOfRange
	}
	if p.topic, body, err = cutBinary(body); err != nil {
		return p, err
	}
	if p.qos > 0 {
		if len(body) < 2 {
			return p, packets.ErrMalformedPacketID
		}
		p.id, body = binary.BigEndian.Uint16(body), body[2:]
		if p.id == 0 {
			return p, packets.ErrProtocolViolationNoPacketID
		}
	}
	if version == 5 {
		if body, err = p.decodeProperties(body); err != nil {
			return p, err
		}
	}
	p.payload = body
	return p, nil
}

// The properties that a client may give a PUBLISH (MQTT 5.0 §3.3.2.3).
const (
	payloadFormat   = 0x01
	messageExpiry   = 0x02
	contentType     = 0x03
	responseTopic   = 0x08
	correlationData = 0x09
	topicAlias      = 0x23
	userProperty    = 0x26
)

var errProperties = packets.ErrMalformedProperties

// decodeProperties reads the properties and returns what follows them.
func (p *publish) decodeProperties(body []byte) (rest []byte, err error) {
	length, size := binaryInt(body)
	if size == 0 || length > len(body)-size {
		return nil, errProperties
	}
	all, rest := body[size:size+length], body[size+length:]
	kept := true // everything so far is to be passed on as it is
	seen := uint64(0)
	for left := all; len(left) > 0; {
		if seen, err = once(seen, left[0]); err != nil {
			return nil, err
		}
		passed, next, err := p.decodeProperty(left)
		if err != nil {
			return nil, err
		}
		property := left[:len(left)-len(next)]
		switch {
		case passed && !kept:
			p.properties = append(p.properties, property...)
		case !passed && kept:
			kept = false
			p.properties = bytes.Clone(all[:len(all)-len(left)])
		}
		left = next
	}
	if kept {
		p.properties = all
	}
	return rest, nil
}

// once notes a property, of which a packet may have one only (MQTT 5.0 §3.3.2.3): what
// is passed on would end those who receive it, too, again and again.
func once(seen uint64, id byte) (uint64, error) {
	if id == userProperty || id > 63 {
		return seen, nil
	}
	if seen&(1<<id) != 0 {
		return seen, packets.ErrProtocolViolation
	}
	return seen | 1<<id, nil
}

// decodeProperty reads one property, tells whether it is to be passed on
// unaltered, and returns what follows it.
func (p *publish) decodeProperty(in []byte) (passed bool, next []byte, err error) {
	id, in := in[0], in[1:]
	switch id {
	case payloadFormat:
		if len(in) > 0 && in[0] > 1 {
			return false, nil, packets.ErrProtocolViolation
		}
		return true, in[min(1, len(in)):], enough(in, 1)
	case messageExpiry:
		if err := enough(in, 4); err != nil {
			return false, nil, err
		}
		p.expiry = time.Duration(binary.BigEndian.Uint32(in)) * time.Second
		return false, in[4:], nil
	case topicAlias:
		if err := enough(in, 2); err != nil {
			return false, nil, err
		}
		if p.alias = binary.BigEndian.Uint16(in); p.alias == 0 {
			return false, nil, packets.ErrTopicAliasInvalid
		}
		return false, in[2:], nil
	case correlationData:
		_, in, err = cutBinary(in)
		return true, in, err
	case contentType:
		_, in, err = cutString(in)
		return true, in, err
	case responseTopic:
		topic, in, err := cutString(in)
		if bytes.ContainsAny(topic, "+#") { // MQTT 5.0 §3.3.2.3.5
			return false, nil, packets.ErrProtocolViolation
		}
		return true, in, err
	case userProperty:
		return p.decodeUser(in)
	default:
		return false, nil, packets.ErrProtocolViolationUnsupportedProperty
	}
}

// hopsName is the user property by which sinks of Holdfast tell how often data
// has been derived from data, so that a cycle through a broker ends.
const hopsName = "hops"

func (p *publish) decodeUser(in []byte) (passed bool, next []byte, err error) {
	name, in, err := cutString(in)
	if err != nil {
		return false, nil, err
	}
	value, in, err := cutString(in)
	if string(name) == hopsName {
		if n, err := strconv.ParseUint(string(value), 10, 8); err == nil {
			p.hops = int(n)
		}
	}
	return true, in, err
}

func enough(in []byte, n int) error {
	if len(in) < n {
		return errProperties
	}
	return nil
}

// cutString takes a UTF-8 string with its two bytes of length (MQTT 5.0 §1.5.4).
func cutString(in []byte) (text, rest []byte, err error) {
	if text, rest, err = cutBinary(in); err != nil {
		return nil, nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 || !utf8.Valid(text) {
		return nil, nil, packets.ErrMalformedInvalidUTF8
	}
	return text, rest, nil
}

// cutBinary takes bytes with their two bytes of length (MQTT 5.0 §1.5.6).
func cutBinary(in []byte) (data, rest []byte, err error) {
	if len(in) < 2 {
		return nil, nil, packets.ErrMalformedOffsetBytesOutOfRange
	}
	n := int(binary.BigEndian.Uint16(in))
	if len(in) < 2+n {
		return nil, nil, packets.ErrMalformedOffsetBytesOutOfRange
	}
	return in[2 : 2+n], in[2+n:], nil
}

// binaryInt reads a Variable Byte Integer (MQTT 5.0 §1.5.5); size is 0 where
// there is none.
func binaryInt(in []byte) (value, size int) {
	for i := range min(len(in), 4) {
		value |= int(in[i]&0x7F) << (7 * i)
		if in[i] < 0x80 {
			return value, i + 1
		}
	}
	return 0, 0
}

// acknowledgement is PUBACK, PUBREC, PUBREL or PUBCOMP.
type acknowledgement struct {
	id     uint16
	reason byte
}

// decodeAck reads an acknowledgement (MQTT 5.0 §3.4 to §3.7). What follows the
// reason code is for people and is not looked at.
func decodeAck(body []byte) (acknowledgement, error) {
	if len(body) < 2 {
		return acknowledgement{}, packets.ErrMalformedPacketID
	}
	a := acknowledgement{id: binary.BigEndian.Uint16(body)}
	if len(body) > 2 {
		a.reason = body[2]
	}
	if a.id == 0 {
		return a, errors.Join(packets.ErrProtocolViolationNoPacketID)
	}
	return a, nil
}
