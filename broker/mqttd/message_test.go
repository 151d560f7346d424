package mqttd_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestARetainedMessageComesToLaterSubscribersAndSurvivesARestart(t *testing.T) {
	path := file(t)
	b := start(t, kept(path))
	c := dial(t, port(b), "pub", cleanStart)
	for qos := range byte(3) {
		topic := fmt.Sprintf("keep/%d", qos)
		c.publish(t, packets.Publish{Topic: topic, QoS: qos, PacketID: uint16(qos), Retain: true, Payload: []byte("first")})
		c.publish(t, packets.Publish{Topic: topic, QoS: qos, PacketID: 10 + uint16(qos), Retain: true, Payload: []byte(topic)})
	}
	_ = b.Publish(mqttd.Message{Topic: "keep/inside", Retain: true, Payload: []byte("keep/inside")})
	_ = b.Publish(mqttd.Message{Topic: "keep/forgotten", Retain: true, QoS: 1, Payload: []byte("x")})
	_ = b.Publish(mqttd.Message{Topic: "keep/forgotten", Retain: true, QoS: 1})
	eventually(t, "kept", func() bool { s := b.Stats(); return s.Received == 9 && s.Retained == 4 })
	stop(t, b)
	b = start(t, kept(path))
	c = dial(t, port(b), "sub", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "keep/#", QoS: 1})
	topics := map[string]bool{}
	for range 4 {
		m := c.message(t)
		if topics[m.Topic] = true; !m.Retain || string(m.Payload) != m.Topic {
			t.Errorf("got %+v", m)
		}
	}
	c.sync(t)
	if len(topics) != 4 {
		t.Errorf("topics %v", topics)
	}
}

func TestRetainHandlingIsWhatTheSubscriberAsksFor(t *testing.T) {
	b := start(t)
	_ = b.Publish(mqttd.Message{Topic: "t", Retain: true, Payload: []byte("x")})
	c := dial(t, port(b), "c", cleanStart)
	for _, step := range []struct {
		handling byte
		comes    bool
	}{{2, false}, {1, false}, {0, true}, {0, true}} {
		c.subscribe(t, packets.SubOptions{Topic: "t", RetainHandling: step.handling})
		if step.comes {
			c.message(t)
		}
		c.sync(t)
	}
	other := dial(t, port(b), "other", cleanStart)
	other.subscribe(t, packets.SubOptions{Topic: "t", RetainHandling: 1})
	other.message(t)
}

func TestTheRetainFlagIsPassedOnOnlyToThoseWhoAsk(t *testing.T) {
	b := start(t)
	for _, asks := range []bool{false, true} {
		c := dial(t, port(b), fmt.Sprint(asks), cleanStart)
		c.subscribe(t, packets.SubOptions{Topic: "t", RetainAsPublished: asks})
		_ = b.Publish(mqttd.Message{Topic: "t", Retain: true})
		if m := c.message(t); m.Retain != asks {
			t.Errorf("asked %t, got %t", asks, m.Retain)
		}
	}
}

func TestRetainedMessagesHaveABoundThatIsCounted(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.MaxRetained = 2 })
	for i := range 4 {
		_ = b.Publish(mqttd.Message{Topic: fmt.Sprint(i), Retain: true, Payload: []byte("x")})
	}
	if s := b.Stats(); s.Retained != 2 || s.Unretained != 2 {
		t.Errorf("%+v", s)
	}
}

func TestASharedSubscriptionTakesTurnsAmongThoseWhoAreThere(t *testing.T) {
	b := start(t)
	one, two := dial(t, port(b), "one", cleanStart), dial(t, port(b), "two", cleanStart)
	away := dial(t, port(b), "away", expiry(1000))
	for _, c := range []*client{one, two, away} {
		c.subscribe(t, packets.SubOptions{Topic: "$share/g/plant/#", QoS: 1})
	}
	_ = away.Close()
	eventually(t, "away", func() bool { return b.Stats().Clients == 2 })
	got := map[string]int{}
	for i := range 20 {
		_ = b.Publish(mqttd.Message{Topic: "plant/x", QoS: 1, Payload: []byte(fmt.Sprint(i))})
	}
	for len(got) < 20 {
		for _, c := range []*client{one, two} {
			c.send(t, packets.NewControlPacket(packets.PINGREQ))
			for p := c.next(t); p.Type == packets.PUBLISH; p = c.next(t) {
				m := p.Content.(*packets.Publish)
				got[string(m.Payload)]++
				c.ack(t, m.PacketID)
			}
		}
	}
	if s := b.Stats(); s.Waiting != 0 && s.Sent != 20 {
		t.Errorf("%+v", s)
	}
}

func TestASharedSubscriptionWaitsForOneWhoComesBackWhereNobodyIsThere(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "$share/g/t", QoS: 1})
	_ = c.Close()
	eventually(t, "away", func() bool { return b.Stats().Clients == 0 })
	_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte("x")})
	dial(t, port(b), "c", expiry(1000)).message(t)
}

func TestOverlappingSubscriptionsGetOneCopyAtTheHighestQoSWithAllTheirIdentifiers(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "a/#", QoS: 0}, 1)
	c.subscribe(t, packets.SubOptions{Topic: "a/+", QoS: 1}, 200)
	_ = b.Publish(mqttd.Message{Topic: "a/b", QoS: 2, Payload: []byte("x")})
	head, _ := c.in.Peek(1)
	if head[0]>>1&3 != 1 {
		t.Errorf("QoS %d", head[0]>>1&3)
	}
	body, _ := c.in.Peek(2 + 2 + 3 + 2 + 1 + 5) // the codec of the client keeps one identifier only
	if got := body[len(body)-6:]; string(got) != "\x05\x0b\x01\x0b\xc8\x01" && string(got) != "\x05\x0b\xc8\x01\x0b\x01" {
		t.Errorf("properties % x", got)
	}
	c.message(t)
	c.sync(t)
}

func TestNoLocalKeepsAClientsMessagesFromItself(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "t", NoLocal: true})
	c.publish(t, packets.Publish{Topic: "t", Payload: []byte("mine")})
	c.sync(t)
	_ = b.Publish(mqttd.Message{Topic: "t", Payload: []byte("theirs")})
	if m := c.message(t); string(m.Payload) != "theirs" {
		t.Errorf("got %s", m.Payload)
	}
}

func TestPropertiesArePassedOnAndTheLifeOfAMessageRunsDown(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "t"})
	life, format := uint32(100), byte(1)
	c.publish(t, packets.Publish{Topic: "t", Properties: &packets.Properties{
		MessageExpiry: &life, PayloadFormat: &format, ContentType: "text/plain", ResponseTopic: "answer",
		CorrelationData: []byte{0, 1}, User: []packets.User{{Key: "a", Value: "b"}, {Key: "a", Value: "c"}},
	}})
	p := c.message(t).Properties
	if *p.PayloadFormat != 1 || p.ContentType != "text/plain" || p.ResponseTopic != "answer" ||
		string(p.CorrelationData) != "\x00\x01" || len(p.User) != 2 || p.User[1].Value != "c" {
		t.Errorf("got %v", p)
	}
	if p.MessageExpiry == nil || *p.MessageExpiry > 100 || *p.MessageExpiry < 1 {
		t.Errorf("expiry %v", p.MessageExpiry)
	}
}

func TestWhoPublishesOnWhatIsNoTopicIsToldWhyAndGoes(t *testing.T) {
	b := start(t)
	for topic, want := range map[string]byte{
		"\xff": packets.DisconnectMalformedPacket, // MQTT 5.0 §1.5.4
		"a/+":  packets.DisconnectTopicNameInvalid,
	} {
		c := dial(t, port(b), "wrong", cleanStart)
		c.publish(t, packets.Publish{Topic: "good", Payload: []byte("x")})
		c.publish(t, packets.Publish{Topic: topic, Payload: []byte("x")})
		if reason := c.ended(t); reason != want {
			t.Errorf("%q: reason %#x, want %#x", topic, reason, want)
		}
	}
}

func TestATopicAliasStandsForItsTopic(t *testing.T) {
	b := start(t)
	var got gathered
	tap(t, b, "#", got.take)
	c := dial(t, port(b), "c", cleanStart)
	alias := uint16(3)
	short := &packets.Properties{TopicAlias: &alias}
	c.publish(t, packets.Publish{Topic: "long/name", Properties: short})
	c.publish(t, packets.Publish{Properties: short, Payload: []byte("x")})
	eventually(t, "both", func() bool { return len(got.get()) == 2 })
	if m := got.get()[1]; m.Topic != "long/name" || string(m.Payload) != "x" {
		t.Errorf("got %+v", m)
	}
	unknown := uint16(4)
	c.publish(t, packets.Publish{Properties: &packets.Properties{TopicAlias: &unknown}})
	if reason := c.ended(t); reason != 0x94 {
		t.Errorf("an unknown alias: 0x%02X", reason)
	}
}

func TestAnAliasIsNoWayAroundTheRights(t *testing.T) {
	b := start(t, func(c *mqttd.Config) {
		c.Accounts = []mqttd.Account{account(t, mqttd.Rights{Publish: []string{"ok"}})}
	})
	c := dial(t, port(b), "c", cleanStart)
	alias := uint16(1)
	for i, topic := range []string{"secret", ""} {
		c.publish(t, packets.Publish{Topic: topic, QoS: 1, PacketID: uint16(i + 1), Properties: &packets.Properties{TopicAlias: &alias}})
		if got := c.puback(t); got != 0x87 {
			t.Errorf("publish on %q: 0x%02X", topic, got)
		}
	}
}

func TestAPacketThatIsTooLargeEndsItsConnectionAlone(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.MaxPacket = 1000 })
	well := dial(t, port(b), "well", cleanStart)
	c := dial(t, port(b), "c", cleanStart)
	c.publish(t, packets.Publish{Topic: "t", Payload: make([]byte, 1000)})
	if reason := c.ended(t); reason != 0x95 {
		t.Errorf("ended with 0x%02X", reason)
	}
	well.sync(t)
}

func TestAMessageThatIsTooLargeForItsReceiverIsLeftOutAndCounted(t *testing.T) {
	b := start(t)
	small := uint32(100)
	c := dial(t, port(b), "c", cleanStart, func(c *packets.Connect) { c.Properties.MaximumPacketSize = &small })
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	for _, size := range []int{200, 10} {
		_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: make([]byte, size)})
	}
	if m := c.message(t); len(m.Payload) != 10 {
		t.Errorf("%d bytes came", len(m.Payload))
	}
	if s := b.Stats(); s.TooLarge != 1 {
		t.Errorf("%+v", s)
	}
}

func TestALargeMessageArrivesWhole(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	payload := make([]byte, 900_000)
	for i := range payload {
		payload[i] = byte(i * 7)
	}
	c.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 1, Payload: payload})
	for range 2 {
		if p := c.next(t); p.Type == packets.PUBLISH && !bytes.Equal(p.Content.(*packets.Publish).Payload, payload) {
			t.Error("it is not the same")
		}
	}
}

func TestDataThatGoesRoundInCirclesIsRefused(t *testing.T) {
	b := start(t)
	var got gathered
	tap(t, b, "#", got.take)
	c := dial(t, port(b), "c", cleanStart)
	for i, hops := range []string{"3", "17"} {
		c.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: uint16(i + 1), Properties: &packets.Properties{
			User: []packets.User{{Key: "hops", Value: hops}},
		}})
		if refused := c.puback(t) >= 0x80; refused != (hops == "17") {
			t.Errorf("%s hops: refused %t", hops, refused)
		}
	}
	if all := got.get(); len(all) != 1 || all[0].Hops != 3 {
		t.Errorf("got %+v", all)
	}
	if s := b.Stats(); s.Denied != 1 {
		t.Errorf("%+v", s)
	}
}

func TestMQTT3ClientsAreDisconnectedWhereTheyCannotBeToldNo(t *testing.T) {
	b := start(t, func(c *mqttd.Config) {
		c.Accounts = []mqttd.Account{account(t, mqttd.Rights{Publish: []string{"ok"}})}
	})
	mosquittotest.Run(t, "mosquitto_pub", append(mosquittotest.Account(port(b)), "-t", "ok", "-m", "x", "-q", "1")...)
	c := raw(t, b)
	_, _ = c.Write([]byte("\x10\x24\x00\x04MQTT\x04\xc2\x00\x3c\x00\x03old\x00\x04edge\x00\x0dcorrect horse"))
	reply := make([]byte, 4)
	if _, err := c.in.Read(reply); err != nil || string(reply) != "\x20\x02\x00\x00" {
		t.Fatalf("CONNACK % x, %v", reply, err)
	}
	_, _ = c.Write([]byte("\x32\x0a\x00\x06secret\x00\x01"))
	if n, err := c.in.Read(reply); err == nil {
		t.Errorf("answered % x", reply[:n])
	}
}

func TestQoS0ReachesWhoeverIsThereAndWaitsForNobody(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = b.Publish(mqttd.Message{Topic: "t", Payload: []byte("there")})
	c.message(t)
	_ = c.Close()
	eventually(t, "away", func() bool { return b.Stats().Clients == 0 })
	_ = b.Publish(mqttd.Message{Topic: "t", Payload: []byte("away")})
	c = dial(t, port(b), "c", expiry(1000))
	c.sync(t)
}

func TestUnsubscribingEndsTheMessages(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "a/+/c"})
	c.send(t, &packets.Unsubscribe{PacketID: 2, Topics: []string{"a/+/c", "never"}, Properties: &packets.Properties{}})
	if reasons := c.expect(t, packets.UNSUBACK).Content.(*packets.Unsuback).Reasons; string(reasons) != "\x00\x11" {
		t.Errorf("reasons % x", reasons)
	}
	_ = b.Publish(mqttd.Message{Topic: "a/b/c"})
	c.sync(t)
	if n := b.Stats().Subscriptions; n != 0 {
		t.Errorf("%d subscriptions are left", n)
	}
}

func TestABacklogIsBoundedOnTheDiskToo(t *testing.T) {
	b := start(t, kept(file(t)), func(c *mqttd.Config) { c.Kept = mqttd.Limits{Messages: 100, Bytes: 1 << 20} })
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = c.Close()
	eventually(t, "away", func() bool { return b.Stats().Clients == 0 })
	for i := range 250 {
		_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte(fmt.Sprint(i))})
	}
	eventually(t, "dropped", func() bool { s := b.Stats(); return s.Dropped == 150 && s.Waiting == 100 })
	if m := dial(t, port(b), "c", expiry(1000)).message(t); string(m.Payload) != "150" {
		t.Errorf("the first is %s", m.Payload)
	}
}

func TestABacklogLargerThanItsShareOfTheMemoryIsReadBackFromTheDisk(t *testing.T) {
	const n, size = 300, 20_000 // 6 MB
	b := start(t, kept(file(t)))
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = c.Close()
	pub := dial(t, port(b), "pub", cleanStart)
	for i := range n {
		payload := make([]byte, size)
		copy(payload, fmt.Sprintf("%d ", i))
		pub.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: uint16(i + 1), Payload: payload})
		pub.puback(t)
	}
	c = dial(t, port(b), "c", expiry(1000))
	for i := range n {
		var got int
		if m := c.message(t); len(m.Payload) != size {
			t.Fatalf("message %d has %d bytes", i, len(m.Payload))
		} else if _, _ = fmt.Sscan(string(m.Payload[:10]), &got); got != i {
			t.Fatalf("message %d is %d", i, got)
		}
	}
	eventually(t, "all acknowledged", func() bool { return b.Stats().Waiting == 0 })
}
