package mqttc

import (
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// send writes whole packets. After the first failure nothing is written.
func (c *Client) send(octets []byte) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	return c.write(octets)
}

// write is send; the lock is held.
func (c *Client) write(octets []byte) error {
	if c.broken != nil {
		return c.broken
	}
	if c.broken = c.conn.SetWriteDeadline(time.Now().Add(2 * c.options.KeepAlive)); c.broken == nil {
		_, c.broken = c.conn.Write(octets)
	}
	if c.broken != nil {
		c.broken = fmt.Errorf("write: %w", c.broken)
	}
	return c.broken
}

// Publish publishes messages at QoS 0: they are written together, in their order
// and before anything that is sent later.
func (c *Client) Publish(messages ...Message) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.out.Reset()
	for _, m := range messages {
		p := c.blank(packets.Publish)
		p.TopicName, p.Payload, p.FixedHeader.Retain = m.Topic, m.Payload, m.Retain
		if err := p.PublishEncode(&c.out); err != nil {
			return fmt.Errorf("make PUBLISH: %w", err)
		}
	}
	return c.write(c.out.Bytes())
}

// Ping asks the broker whether it lives. answered, which may be nil, is called by
// Next when the answer comes: the broker has then dealt with all that was sent
// before. It is never called where the connection ends before.
func (c *Client) Ping(answered func()) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.pings = append(c.pings, answered)
	return c.write([]byte{headPingreq, 0})
}

// answered notes an answer to the oldest question.
func (c *Client) answered() {
	c.sending.Lock()
	var first func()
	if len(c.pings) > 0 {
		first, c.pings = c.pings[0], c.pings[1:]
	}
	c.sending.Unlock()
	if first != nil {
		first()
	}
}
