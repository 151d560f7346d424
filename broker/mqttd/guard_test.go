package mqttd_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/eclipse/paho.golang/packets"
	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// The tests of this file are each for a fault that was measured in the broker
// library that this package does without.

func TestAClientThatPublishesAndSubscribesAtQoS1NeverStops(t *testing.T) {
	const n = 20_000
	b := start(t, func(c *mqttd.Config) { c.Live.Messages = n })
	c := dial(t, port(b), "both", cleanStart, receiveMaximum(20))
	c.subscribe(t, packets.SubOptions{Topic: "loop", QoS: 1})
	var sending sync.WaitGroup
	room := make(chan struct{}, 100)
	sending.Go(func() {
		for i := range n {
			room <- struct{}{}
			c.publish(t, packets.Publish{Topic: "loop", QoS: 1, PacketID: uint16(i%60000) + 1, Payload: []byte(fmt.Sprint(i))})
		}
	})
	for received, acknowledged := 0, 0; received < n || acknowledged < n; {
		switch p := c.next(t).Content.(type) {
		case *packets.Publish:
			if string(p.Payload) != fmt.Sprint(received) {
				t.Fatalf("message %d is %s", received, p.Payload)
			}
			received++
			c.ack(t, p.PacketID)
		case *packets.Puback:
			acknowledged++
			<-room
		}
	}
	sending.Wait()
}

func TestAClientThatTakesOneMessageAtATimeGetsThemAll(t *testing.T) {
	const n = 7460
	b := start(t)
	c := dial(t, port(b), "one", cleanStart, receiveMaximum(1))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	for i := range n {
		if err := b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte(fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		m := c.expect(t, packets.PUBLISH).Content.(*packets.Publish)
		if string(m.Payload) != fmt.Sprint(i) {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
		if i%1000 == 0 {
			c.sync(t) // nothing comes before the acknowledgement
		}
		c.ack(t, m.PacketID)
	}
}

func TestAStuckSubscriberHoldsNobodyUpAndItsLossIsCounted(t *testing.T) {
	const n, limit = 50_000, 1000
	b := start(t, func(c *mqttd.Config) { c.Live = mqttd.Limits{Messages: limit, Bytes: 1 << 30} })
	stuck := dial(t, port(b), "stuck", cleanStart, func(c *packets.Connect) { c.KeepAlive = 0 })
	stuck.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1}) // and reads no more
	well := dial(t, port(b), "well", cleanStart)
	well.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	for i := range n {
		if err := b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte(fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 { // well keeps pace, whatever the machine is doing
			for j := i - 99; j <= i; j++ {
				if m := well.message(t); string(m.Payload) != fmt.Sprint(j) {
					t.Fatalf("message %d is %s", j, m.Payload)
				}
			}
		}
	}
	eventually(t, "loss counted", func() bool {
		s := b.Stats()
		return s.Waiting <= limit+1 && s.Dropped >= n-2*limit
	})
}

func TestMoreThan8192MessagesOnTheWayToOneClientAreKept(t *testing.T) {
	const n = 9000
	b := start(t, func(c *mqttd.Config) { c.Window = 65535 })
	c := dial(t, port(b), "slow", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	for i := range n {
		if err := b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte(fmt.Sprint(i))}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n { // none acknowledged
		if m := c.expect(t, packets.PUBLISH).Content.(*packets.Publish); string(m.Payload) != fmt.Sprint(i) {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
	}
}

func TestNothingIsAcknowledgedBeforeTheTapHasTakenIt(t *testing.T) {
	b := start(t)
	seen, release := make(chan mqttd.Message), make(chan struct{})
	tap(t, b, "plant/#", func(_ context.Context, batch []mqttd.Message) error {
		seen <- batch[0]
		<-release
		return nil
	})
	c := dial(t, port(b), "pub", cleanStart)
	c.publish(t, packets.Publish{Topic: "plant/x", QoS: 1, PacketID: 7, Payload: []byte("1")})
	m := <-seen
	c.sync(t) // no PUBACK came before
	close(release)
	if reason := c.puback(t); reason != 0 {
		t.Errorf("reason 0x%02X", reason)
	}
	if m.Topic != "plant/x" || string(m.Payload) != "1" || m.QoS != 1 || m.Client != "pub" {
		t.Errorf("the tap got %+v", m)
	}
}

func TestAPublisherWhoseMessageIsNotTakenIsDisconnectedAndNotAcknowledged(t *testing.T) {
	for _, qos := range []byte{1, 2} {
		t.Run(fmt.Sprintf("QoS %d", qos), func(t *testing.T) {
			b := start(t)
			tap(t, b, "#", func(context.Context, []mqttd.Message) error { return errors.New("disk full") })
			c := dial(t, port(b), "pub", cleanStart)
			c.publish(t, packets.Publish{Topic: "t", QoS: qos, PacketID: 7})
			if p := c.expect(t, packets.DISCONNECT).Content.(*packets.Disconnect); p.ReasonCode < 0x80 {
				t.Errorf("reason 0x%02X", p.ReasonCode)
			}
			eventually(t, "counted", func() bool { return b.Stats().CommitFailures == 1 })
		})
	}
}

func TestAFailedCommitDisconnectsInsteadOfAcknowledging(t *testing.T) {
	var db *bbolt.DB
	b := start(t, func(c *mqttd.Config) {
		c.Open = func() (_ *bbolt.DB, err error) {
			db, err = bbolt.Open(file(t), 0o600, nil)
			return db, err
		}
	})
	away := dial(t, port(b), "away", expiry(1000))
	away.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = away.Close()
	c := dial(t, port(b), "pub", cleanStart)
	_ = db.Close() // the disk is gone
	c.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 7})
	if p := c.next(t); p.Type != packets.DISCONNECT {
		t.Errorf("got %v", p)
	}
}

func TestAPasswordThatIsNotHashedIsRefusedAndNotRepeated(t *testing.T) {
	_, err := mqttd.Start(mqttd.Config{Accounts: []mqttd.Account{{Name: "edge", Hash: "open sesame"}}})
	if err == nil || !strings.Contains(err.Error(), "HashPassword") || strings.Contains(err.Error(), "sesame") {
		t.Errorf("got %v", err)
	}
}

func TestWhatTheNodePublishesIsCheckedLikeAnybodys(t *testing.T) {
	b := start(t)
	for _, topic := range []string{"", "a/+", "a/#", "a\x00", "\xff", strings.Repeat("a/", 64) + "a", strings.Repeat("a", 5000)} {
		if err := b.Publish(mqttd.Message{Topic: topic}); err == nil {
			t.Errorf("published on %.20q", topic)
		}
	}
	if err := b.Publish(mqttd.Message{Topic: "t", QoS: 3}); err == nil {
		t.Error("published with QoS 3")
	}
	if err := b.Publish(mqttd.Message{Topic: "t", Payload: make([]byte, 2<<20)}); err == nil {
		t.Error("published 2 MiB")
	}
}

func TestStrangersAreNotLetInFromBeyondThisMachine(t *testing.T) {
	rights := mqttd.All()
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "[::]:0"} {
		if _, err := mqttd.Start(mqttd.Config{Listeners: []mqttd.Listener{{Address: address, Anonymous: &rights}}}); err == nil {
			t.Errorf("%s: started", address)
		}
	}
}

// tap taps the broker until the test ends.
func tap(t *testing.T, b *mqttd.Broker, filter string, handle func(context.Context, []mqttd.Message) error) *mqttd.Tap {
	t.Helper()
	tapped, err := b.Tap(filter, mqttd.TapOptions{}, handle)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tapped.Close)
	return tapped
}
