package mqttd_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestAClientThatWasQuietForLongIsWrittenToAllTheSame(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.WriteTimeout = 20 * time.Millisecond })
	sub, pub := dial(t, port(b), "sub", cleanStart), dial(t, port(b), "pub", cleanStart)
	sub.subscribe(t, packets.SubOptions{Topic: "t"})
	for i := range 5 {
		<-time.After(50 * time.Millisecond) // longer than one write may take
		pub.publish(t, packets.Publish{Topic: "t", Payload: []byte(fmt.Sprint(i))})
		if m := sub.message(t); string(m.Payload) != fmt.Sprint(i) {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
	}
}

// A socket that takes a part of a write only: whoever writes at once leaves the
// rest to the goroutine, and nothing is lost, doubled or mixed up.
func TestWhatASocketDoesNotTakeAtOnceFollowsInOrder(t *testing.T) {
	const n = 300
	b := start(t, func(c *mqttd.Config) { c.Live = mqttd.Limits{Messages: 2 * n, Bytes: 1 << 30} })
	sub, pub := dial(t, port(b), "sub", cleanStart), dial(t, port(b), "pub", cleanStart)
	sub.subscribe(t, packets.SubOptions{Topic: "t"})
	payload := make([]byte, 100_000)
	for i := range n { // 30 MB, more than the socket holds, before anything is read
		copy(payload, fmt.Sprintf("%8d", i))
		pub.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 1, Payload: payload})
		pub.puback(t)
	}
	for i := range n {
		m := sub.message(t)
		if string(m.Payload[:8]) != fmt.Sprintf("%8d", i) || len(m.Payload) != len(payload) {
			t.Fatalf("message %d is %.8s, %d bytes", i, m.Payload, len(m.Payload))
		}
	}
}

func TestAClientThatTakesNothingIsCutOff(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.WriteTimeout = 100 * time.Millisecond })
	sub := dial(t, port(b), "sub", cleanStart)
	sub.subscribe(t, packets.SubOptions{Topic: "t"})
	for range 200 {
		_ = b.Publish(mqttd.Message{Topic: "t", Payload: make([]byte, 100_000)})
	}
	eventually(t, "cut off", func() bool { return b.Stats().Clients == 0 })
}
