package mqttc

import (
	"fmt"
	"math"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
)

// greet sends CONNECT and waits for CONNACK.
func (c *Client) greet() error {
	hello := c.connect()
	octets, err := encode(hello.ConnectEncode)
	if err != nil {
		return fmt.Errorf("make CONNECT: %w", err)
	}
	if err := c.send(octets); err != nil {
		return fmt.Errorf("send CONNECT: %w", err)
	}
	p, err := c.read()
	if err != nil {
		return fmt.Errorf("read CONNACK: %w", err)
	}
	if p.kind() != packets.Connack {
		return fmt.Errorf("read CONNACK: the far end sent a packet of kind %d", p.kind())
	}
	return c.welcome(p)
}

// connect is CONNECT (MQTT 5.0 §3.1).
func (c *Client) connect() packets.Packet {
	o := &c.options
	p := c.blank(packets.Connect)
	p.Connect = packets.ConnectParams{
		ProtocolName: []byte("MQTT"), ClientIdentifier: o.ClientID, Clean: o.Clean, Keepalive: seconds16(o.KeepAlive),
		Username: []byte(o.Username), UsernameFlag: o.Username != "",
		Password: []byte(o.Password), PasswordFlag: o.Username != "" && o.Password != "",
	}
	if w := o.Will; w != nil {
		p.Connect.WillFlag, p.Connect.WillTopic, p.Connect.WillPayload = true, w.Topic, w.Payload
		p.Connect.WillQos, p.Connect.WillRetain = w.QoS, w.Retain
	}
	if o.SessionExpiry > 0 {
		p.Properties.SessionExpiryInterval = uint32(min(int64(o.SessionExpiry/time.Second), math.MaxUint32-1))
		p.Properties.SessionExpiryIntervalFlag = true
	}
	p.Properties.ReceiveMaximum = uint16(min(o.Window, math.MaxUint16))
	p.Properties.MaximumPacketSize = uint32(min(o.MaxPacket, math.MaxInt32))
	return p
}

func seconds16(d time.Duration) uint16 {
	return uint16(min(max(d/time.Second, 1), math.MaxUint16))
}

// welcome reads CONNACK (MQTT 5.0 §3.2). One of two bytes is that of a broker
// that does not speak MQTT 5.
func (c *Client) welcome(p packet) error {
	if len(p.body) == 2 && c.options.Version == Version5 {
		return &Refusal{Act: "log in", Code: 0x84}
	}
	reply := c.decoded(p)
	if err := reply.ConnackDecode(p.body); err != nil {
		return fmt.Errorf("read CONNACK: %w", err)
	}
	if reply.ReasonCode != 0 {
		return refusal("log in", mqttdial.Modern(reply.ReasonCode), &reply)
	}
	c.present = reply.SessionPresent
	if k := time.Duration(reply.Properties.ServerKeepAlive) * time.Second; reply.Properties.ServerKeepAliveFlag && k > 0 {
		c.options.KeepAlive = min(c.options.KeepAlive, k)
	}
	return nil
}
