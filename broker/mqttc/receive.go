package mqttc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// mostAtOnce bounds what Next returns.
const mostAtOnce = 1024

// mostTopics bounds how many topics are remembered.
const mostTopics = 4096

// Next waits for a message and returns it with all that have come with it, at
// most 1,024, appended to dst. Its error ends the connection.
func (c *Client) Next(dst []Message) ([]Message, error) {
	from := len(dst)
	if len(c.early) > 0 {
		dst, c.early = append(dst, c.early...), nil // in the arena as it is
	} else {
		c.arena = c.arena[:0]
	}
	for len(dst) == from || c.waiting() && len(dst)-from < mostAtOnce {
		p, err := c.read()
		if err != nil {
			return dst, err
		}
		m, is, err := c.take(p)
		if err != nil {
			return dst, err
		}
		if is {
			dst = append(dst, m)
		}
	}
	return dst, nil
}

// take acts on a packet, and returns it if it is a message.
func (c *Client) take(p packet) (m Message, is bool, err error) {
	switch p.kind() {
	case packets.Publish:
		return c.publish(p)
	case packets.Pubrel:
		return m, false, c.release(p)
	case packets.Pingresp:
		c.answered()
		return m, false, nil
	case packets.Disconnect:
		reply := c.decoded(p)
		if err := reply.DisconnectDecode(p.body); err != nil {
			return m, false, fmt.Errorf("read DISCONNECT: %w", err)
		}
		return m, false, refusal("stay connected", reply.ReasonCode, &reply)
	default:
		return m, false, fmt.Errorf("the broker sent a packet of kind %d, which is not for a subscriber", p.kind())
	}
}

// publish reads a message (MQTT 5.0 §3.3). One of QoS 2 that we have had is
// answered and not returned again (§4.3.3).
func (c *Client) publish(p packet) (m Message, is bool, err error) {
	d := c.decoded(p)
	if d.FixedHeader.Qos > 2 {
		return m, false, errors.New("malformed packet: a message of QoS 3")
	}
	if err := d.PublishDecode(p.body); err != nil {
		return m, false, fmt.Errorf("read PUBLISH: %w", err)
	}
	if d.FixedHeader.Qos > 0 && d.PacketID == 0 {
		return m, false, errors.New("malformed packet: a message without its identifier")
	}
	if d.FixedHeader.Qos == 2 && c.received[d.PacketID] {
		return m, false, c.send(ack(headPubrec, d.PacketID))
	}
	m = Message{
		Topic: c.topic(d.TopicName), Payload: c.keep(d.Payload), QoS: d.FixedHeader.Qos,
		Retain: d.FixedHeader.Retain, Again: d.FixedHeader.Dup, Hops: hops(d.Properties.User), id: d.PacketID,
	}
	return m, true, nil
}

// topic returns the one copy of a topic that often comes again. The codec's
// texts lie in the reader's buffer.
func (c *Client) topic(name string) string {
	if known, ok := c.topics[name]; ok {
		return known
	}
	if len(c.topics) >= mostTopics {
		clear(c.topics)
	}
	name = strings.Clone(name)
	c.topics[name] = name
	return name
}

// keep copies a payload out of the reader's buffer.
func (c *Client) keep(payload []byte) []byte {
	from := len(c.arena)
	c.arena = append(c.arena, payload...)
	return c.arena[from:len(c.arena):len(c.arena)]
}

// hops reads the user property by which sinks of Holdfast tell how often data
// has been derived from data.
func hops(properties []packets.UserProperty) int {
	for _, p := range properties {
		if p.Key != "hops" {
			continue
		}
		if n, err := strconv.ParseUint(p.Val, 10, 8); err == nil {
			return int(n)
		}
	}
	return 0
}

// release ends a message of QoS 2 (MQTT 5.0 §3.6).
func (c *Client) release(p packet) error {
	if len(p.body) < 2 {
		return errors.New("malformed packet: PUBREL without its identifier")
	}
	id := binary.BigEndian.Uint16(p.body)
	delete(c.received, id)
	return c.send(ack(headPubcomp, id))
}

// Ack tells the broker that messages of Next are safe; those of QoS 0 need none.
func (c *Client) Ack(messages []Message) error {
	var answers bytes.Buffer
	for i := range messages {
		switch m := &messages[i]; m.QoS {
		case 1:
			answers.Write(ack(headPuback, m.id))
		case 2:
			c.received[m.id] = true
			answers.Write(ack(headPubrec, m.id))
		}
	}
	if answers.Len() == 0 {
		return nil
	}
	return c.send(answers.Bytes())
}

// ack is PUBACK, PUBREC or PUBCOMP with reason 0 (MQTT 5.0 §3.4 to §3.7).
func ack(head byte, id uint16) []byte { return []byte{head, 2, byte(id >> 8), byte(id)} }
