package mqttd_test

import (
	"fmt"
	"testing"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestAPublisherGivesManyMessagesToAllWhoReceiveThem(t *testing.T) {
	const n = 1000
	b := start(t)
	p := b.Publisher()
	if p.Wanted("a/b") {
		t.Error("a topic without subscribers is wanted")
	}
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "a/+", QoS: 1})
	var got gathered
	tap(t, b, "a/b", got.take)
	if !p.Wanted("a/b") || p.Wanted("b") || p.Wanted("a/#") {
		t.Error("what is wanted is not what is subscribed to")
	}
	for i := range n {
		m := mqttd.Message{Topic: "a/b", Payload: fmt.Append(nil, i), Hops: i % 3, QoS: byte(i % 2)}
		if err := p.Publish(m); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 {
			p.Flush()
		}
	}
	eventually(t, "all in the tap", func() bool { return len(got.get()) == n })
	for i, m := range got.get() {
		if string(m.Payload) != fmt.Sprint(i) || m.Hops != i%3 {
			t.Fatalf("message %d is %s of %d hops", i, m.Payload, m.Hops)
		}
	}
	for range n {
		c.expect(t, packets.PUBLISH)
	}
}

func TestAPublisherRefusesWhatCannotBePublished(t *testing.T) {
	b := start(t)
	p := b.Publisher()
	for _, m := range []mqttd.Message{{Topic: "a/#"}, {Topic: ""}, {Topic: "a", Payload: make([]byte, 64<<20)}} {
		if err := p.Publish(m); err == nil {
			t.Errorf("%s of %d bytes is published", m.Topic, len(m.Payload))
		}
	}
}
