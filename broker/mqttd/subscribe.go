package mqttd

import (
	"bytes"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.etcd.io/bbolt"
)

// subscribe takes subscriptions and answers with SUBACK when they are on the
// disk, where the session outlives its connection (MQTT 5.0 §3.8, §3.9).
func (c *connection) subscribe(body []byte) error {
	asked, err := decodeSubscribe(body, c.version)
	if err != nil {
		return err
	}
	reasons := make([]byte, len(asked.filters))
	var p plan
	for i, wish := range asked.filters {
		var found []delivery
		reasons[i], found = c.subscribeTo(wish, asked.subscription)
		p.deliveries = append(p.deliveries, found...)
	}
	c.broker.watches.look()
	reply := c.listAnswer(packets.Suback, asked.id, reasons)
	if reply == nil {
		return packets.ErrUnspecifiedError
	}
	c.broker.vault.submit(c.rememberWith(p), func(err error) {
		if err != nil {
			c.end(packets.ErrImplementationSpecificError)
			return
		}
		c.control.add(reply)
		p.deliver(c.broker, wakeNow)
		c.control.kick()
	})
	return nil
}

// rememberWith is the change that keeps the session and what it is to receive.
func (c *connection) rememberWith(p plan) func(*bbolt.Tx) error {
	s := c.session
	if !s.outlives() {
		return nil
	}
	return func(tx *bbolt.Tx) error {
		if err := s.write(tx); err != nil {
			return err
		}
		return p.write(tx)
	}
}

// subscribeTo takes one subscription, returns the reason code of SUBACK and the
// retained messages that the client is to receive for it.
func (c *connection) subscribeTo(w wish, id int) (reason byte, found []delivery) {
	group, filter, shared, err := splitShare(w.filter)
	if err != nil || CheckFilter(filter) != nil {
		return c.refusal(packets.ErrTopicFilterInvalid), nil
	}
	if !c.rights.maySubscribe(filter, c.user, c.session.id) {
		c.broker.counters.denied.Add(1)
		return c.refusal(packets.ErrNotAuthorized), nil
	}
	sub := &subscription{
		filter: filter, group: group, receiver: c.session, id: id, qos: w.qos,
		noLocal: w.noLocal, retainAsPublished: w.retainAsPublished,
	}
	if !c.session.hold(w.filter, sub) {
		return c.refusal(packets.ErrQuotaExceeded), nil
	}
	c.broker.retained.subscribing(func() {
		replaced := c.broker.index.add(sub)
		if !shared && (w.retainHandling == 0 || w.retainHandling == 1 && !replaced) {
			found = c.retainedUnder(sub)
		}
	})
	return w.qos, found
}

// refusal is the reason code of SUBACK; MQTT before 5 knows only one.
func (c *connection) refusal(code packets.Code) byte {
	if c.version < 5 {
		return 0x80
	}
	return code.Code
}

// mostSubscriptions bounds the filters of one session.
const mostSubscriptions = 10_000

// hold adds a subscription, or replaces the one to the same filter. It reports
// false where there are too many.
func (s *session) hold(filter string, sub *subscription) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.subscriptions[filter] == nil && len(s.subscriptions) >= mostSubscriptions {
		return false
	}
	s.subscriptions[filter] = sub
	return true
}

// retainedUnder is the retained messages for a new subscription (MQTT 5.0
// §3.3.1.3).
func (c *connection) retainedUnder(sub *subscription) (found []delivery) {
	stored := c.broker.vault != nil && c.session.outlives()
	for _, m := range c.broker.retained.under(sub.filter, now()) {
		it := targetOf(sub).item(m)
		it.retain = true
		if it.qos > 0 {
			c.session.place(it)
			it.stored = stored
		}
		found = append(found, delivery{c.session, it})
	}
	return found
}

// unsubscribe ends subscriptions (MQTT 5.0 §3.10, §3.11).
func (c *connection) unsubscribe(body []byte) error {
	asked, err := decodeUnsubscribe(body, c.version)
	if err != nil {
		return err
	}
	reasons := make([]byte, len(asked.filters))
	for i, wish := range asked.filters {
		reasons[i] = c.unsubscribeFrom(wish.filter)
	}
	c.broker.watches.look()
	c.broker.persist(c.session)
	reply := c.listAnswer(packets.Unsuback, asked.id, reasons)
	if reply == nil {
		return packets.ErrUnspecifiedError
	}
	return c.answer(reply)
}

func (c *connection) unsubscribeFrom(filter string) (reason byte) {
	s := c.session
	s.mu.Lock()
	sub := s.subscriptions[filter]
	delete(s.subscriptions, filter)
	s.mu.Unlock()
	if sub == nil {
		return packets.CodeNoSubscriptionExisted.Code
	}
	c.broker.index.remove(s, sub.group, sub.filter)
	return packets.CodeSuccess.Code
}

// listAnswer is SUBACK or UNSUBACK; nil where it cannot be encoded.
func (c *connection) listAnswer(kind byte, id uint16, reasons []byte) []byte {
	pk := packets.Packet{
		ProtocolVersion: c.version, FixedHeader: packets.FixedHeader{Type: kind}, PacketID: id, ReasonCodes: reasons,
	}
	var out bytes.Buffer
	encode := pk.SubackEncode
	if kind == packets.Unsuback {
		encode = pk.UnsubackEncode
	}
	if encode(&out) != nil {
		return nil
	}
	return out.Bytes()
}
