package mqttd_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// A socket that takes a part of a write only: whoever writes at once leaves the
// rest to the goroutine, and nothing is lost, doubled or mixed up.
func TestWhatASocketDoesNotTakeAtOnceFollowsInOrder(t *testing.T) {
	const n = 300
	b := start(t, func(c *mqttd.Config) {
		c.Live, c.WriteTimeout = mqttd.Limits{Messages: 2 * n, Bytes: 1 << 30}, time.Hour // nobody reads for as long as it takes
	})
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
