package mqttc

import (
	"fmt"

	"github.com/mochi-mqtt/server/v2/packets"
)

// Subscribe asks for the messages under a filter, with at most this quality of
// service, and returns when the broker has agreed. A broker that gives less is
// taken at its word. What it has retained comes, too, where that is asked for
// and the subscription is new; MQTT 3.1.1 sends it in any case. A subscription
// that is refused is a *Refusal.
func (c *Client) Subscribe(filter string, qos byte, retained bool) error {
	p := c.blank(packets.Subscribe)
	p.FixedHeader.Qos = 1 // its reserved bits (MQTT 5.0 §3.8.1)
	c.nextID++
	p.PacketID = c.nextID
	one := packets.Subscription{Filter: filter, Qos: qos, RetainHandling: 2}
	if retained {
		one.RetainHandling = 1
	}
	p.Filters = packets.Subscriptions{one}
	octets, err := encode(p.SubscribeEncode)
	if err != nil {
		return fmt.Errorf("make SUBSCRIBE: %w", err)
	}
	if err := c.send(octets); err != nil {
		return fmt.Errorf("send SUBSCRIBE: %w", err)
	}
	return c.awaitSuback(p.PacketID, filter)
}

// awaitSuback reads until the answer comes. Messages of the session that come
// before it are for Next.
func (c *Client) awaitSuback(id uint16, filter string) error {
	for {
		p, err := c.read()
		if err != nil {
			return fmt.Errorf("subscribe to %s: %w", filter, err)
		}
		if p.kind() != packets.Suback {
			m, is, err := c.take(p)
			if err != nil {
				return err
			}
			if is {
				c.early = append(c.early, m)
			}
			continue
		}
		reply := c.decoded(p)
		if err := reply.SubackDecode(p.body); err != nil {
			return fmt.Errorf("read SUBACK: %w", err)
		}
		if reply.PacketID != id || len(reply.ReasonCodes) != 1 {
			return fmt.Errorf("read SUBACK: it is for packet %d with %d answers: want %d with 1", reply.PacketID, len(reply.ReasonCodes), id)
		}
		if code := reply.ReasonCodes[0]; code >= 0x80 {
			return refusal("subscribe to "+filter, code, &reply)
		}
		return nil
	}
}
