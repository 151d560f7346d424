package mqttd_test

import (
	"testing"

	"github.com/eclipse/paho.golang/packets"
	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// busyDisk holds up every commit until the returned function is called.
func busyDisk(t testing.TB, b *mqttd.Broker) (free func()) {
	t.Helper()
	var tx *bbolt.Tx
	tx, err := b.Database().Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback() }
}

// subscribing sends a SUBSCRIBE and waits until the broker has acted on it; its
// SUBACK may still wait for the disk.
func (c *client) subscribing(t testing.TB, o packets.SubOptions) {
	t.Helper()
	p := packets.NewControlPacket(packets.SUBSCRIBE)
	content := p.Content.(*packets.Subscribe)
	content.PacketID, content.Subscriptions = 7, []packets.SubOptions{o}
	c.send(t, p)
	c.sync(t)
}

func retain(payload string, qos byte, id uint16) packets.Publish {
	return packets.Publish{Topic: "t", QoS: qos, PacketID: id, Retain: true, Payload: []byte(payload)}
}

func TestWhoeverSubscribesWhileAMessageIsBeingRetainedReceivesItOnce(t *testing.T) {
	for name, publish := range map[string]func(testing.TB, *mqttd.Broker, *client){
		"by a client at QoS 1": func(t testing.TB, _ *mqttd.Broker, c *client) { c.publish(t, retain("x", 1, 1)) },
		"by a client at QoS 2": func(t testing.TB, _ *mqttd.Broker, c *client) { c.publish(t, retain("x", 2, 1)) },
		"by a client after another": func(t testing.TB, _ *mqttd.Broker, c *client) {
			c.publish(t, retain("before", 1, 1))
			c.publish(t, retain("x", 1, 2))
		},
		"by the node": func(t testing.TB, b *mqttd.Broker, _ *client) {
			if err := b.Publish(mqttd.Message{Topic: "t", Retain: true, Payload: []byte("x")}); err != nil {
				t.Fatal(err)
			}
		},
	} {
		for kind, how := range map[string]hello{"a session that ends": cleanStart, "one that stays": expiry(1000)} {
			t.Run(name+", "+kind, func(t *testing.T) {
				b := start(t, kept(file(t)))
				pub, sub := dial(t, port(b), "pub", cleanStart), dial(t, port(b), "sub", how)
				free := busyDisk(t, b)
				defer free()
				publish(t, b, pub)
				pub.sync(t)
				sub.subscribing(t, packets.SubOptions{Topic: "+", QoS: 1})
				free()
				sub.expect(t, packets.SUBACK)
				if m := sub.message(t); string(m.Payload) != "x" || !m.Retain {
					t.Errorf("got %s, retained %t", m.Payload, m.Retain)
				}
				eventually(t, "retained", func() bool { return b.Stats().Retained == 1 })
				sub.sync(t) // and no second one
			})
		}
	}
}

func TestASubscriberFindsNothingWhereTheRetainedMessageIsBeingForgotten(t *testing.T) {
	b := start(t, kept(file(t)))
	pub, sub := dial(t, port(b), "pub", cleanStart), dial(t, port(b), "sub", cleanStart)
	pub.publish(t, retain("x", 1, 1))
	pub.puback(t)
	free := busyDisk(t, b)
	defer free()
	pub.publish(t, retain("", 1, 2))
	pub.sync(t)
	sub.subscribing(t, packets.SubOptions{Topic: "t", QoS: 1})
	free()
	pub.puback(t)
	sub.expect(t, packets.SUBACK)
	sub.sync(t)
}

func TestTheLastOfTwoRetainedMessagesStaysWhicheverIsOnTheDiskFirst(t *testing.T) {
	path := file(t)
	b := start(t, kept(path))
	pub := dial(t, port(b), "pub", cleanStart)
	free := busyDisk(t, b)
	defer free()
	pub.publish(t, retain("first", 1, 1))
	pub.publish(t, retain("last", 0, 0))
	pub.sync(t)
	free()
	pub.puback(t)
	last := func(b *mqttd.Broker) {
		t.Helper()
		sub := dial(t, port(b), "sub", cleanStart)
		sub.subscribe(t, packets.SubOptions{Topic: "t"})
		if m := sub.message(t); string(m.Payload) != "last" {
			t.Errorf("got %s", m.Payload)
		}
	}
	last(b)
	stop(t, b)
	last(start(t, kept(path)))
}
