package mqttd_test

import (
	"fmt"
	"testing"

	"github.com/eclipse/paho.golang/packets"
	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestARefusedMessageBehindOneThatIsNotKeptEndsItsConnectionAlone(t *testing.T) {
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
	eventually(t, "away", func() bool { return b.Stats().Clients == 0 })
	fails, goOn := make(chan struct{}, 10), make(chan struct{})
	b.OnFailure(func(error) { fails <- struct{}{}; <-goOn })
	well, c := dial(t, port(b), "well", cleanStart), dial(t, port(b), "c", cleanStart)
	_ = db.Close() // the disk is gone
	c.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 1})
	<-fails
	c.publish(t, packets.Publish{Topic: "$no", QoS: 1, PacketID: 2})
	c.sync(t) // the broker has both of them
	close(goOn)
	if reason := c.ended(t); reason < 0x80 {
		t.Errorf("ended with 0x%02X", reason)
	}
	well.sync(t)
}

func TestWhatFindsNoRoomToBeRetainedIsNotOnTheDiskEither(t *testing.T) {
	path := file(t)
	b := start(t, kept(path), func(c *mqttd.Config) { c.MaxRetained = 2 })
	c := dial(t, port(b), "c", cleanStart)
	for i := range 5 {
		c.publish(t, packets.Publish{Topic: fmt.Sprint(i), QoS: byte(i % 2), PacketID: uint16(i), Retain: true, Payload: []byte("x")})
	}
	c.puback(t)
	c.puback(t)
	c.sync(t)
	if s := b.Stats(); s.Retained != 2 || s.Unretained != 3 {
		t.Errorf("%+v", s)
	}
	stop(t, b)
	if s := start(t, kept(path)).Stats(); s.Retained != 2 {
		t.Errorf("behind a restart with more room there are %d", s.Retained)
	}
}

func TestASharedSubscriptionTakesTurnsForWhateverIsPublished(t *testing.T) {
	b := start(t)
	one, two := dial(t, port(b), "one", cleanStart), dial(t, port(b), "two", cleanStart)
	for _, c := range []*client{one, two} {
		c.subscribe(t, packets.SubOptions{Topic: "$share/g/plant/#", QoS: 1})
	}
	for i := range 10 { // each on a topic of its own, and two of them by publishers of their own
		if i < 8 {
			if err := b.Publish(mqttd.Message{Topic: fmt.Sprintf("plant/%d", i), QoS: 1}); err != nil {
				t.Fatal(err)
			}
			continue
		}
		pub := dial(t, port(b), fmt.Sprint(i), cleanStart)
		pub.publish(t, publishOf("plant/x", i))
		pub.puback(t)
	}
	for _, c := range []*client{one, two} {
		for range 5 {
			c.message(t)
		}
		c.sync(t)
	}
}

func TestAClientThatComesBackFindsRoomWhereItsOwnConnectionIsTheLast(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.MaxClients = 2 })
	first, other := dial(t, port(b), "twin", expiry(100)), dial(t, port(b), "other", cleanStart)
	dial(t, port(b), "twin", expiry(100)).sync(t)
	if reason := first.ended(t); reason != 0x8E {
		t.Errorf("the first was ended with 0x%02X", reason)
	}
	other.sync(t)
}

func TestASharedSubscriptionWithoutItsOwnMessagesIsAProtocolError(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	p := packets.NewControlPacket(packets.SUBSCRIBE)
	content := p.Content.(*packets.Subscribe)
	content.PacketID, content.Subscriptions = 1, []packets.SubOptions{{Topic: "$share/g/t", NoLocal: true}}
	c.send(t, p)
	if reason := c.ended(t); reason != 0x82 {
		t.Errorf("ended with 0x%02X", reason)
	}
}

func TestARightThatIsTakenBackEndsItsSubscriptions(t *testing.T) {
	path := file(t)
	b := start(t, kept(path))
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "open/#", QoS: 1})
	c.subscribe(t, packets.SubOptions{Topic: "secret/#", QoS: 1})
	stop(t, b)
	b = start(t, kept(path), func(c *mqttd.Config) {
		c.Accounts = []mqttd.Account{account(t, mqttd.Rights{Subscribe: []string{"open/#"}})}
	})
	if !b.Subscribed("open/x") || b.Subscribed("secret/x") || b.Stats().Denied != 1 {
		t.Errorf("%d subscriptions are left, %d were denied", b.Stats().Subscriptions, b.Stats().Denied)
	}
	stop(t, b)
	if b = start(t, kept(path), func(c *mqttd.Config) { c.Accounts = nil }); b.Subscribed("open/x") {
		t.Error("an account that is gone subscribes")
	}
}

// What a publisher says twice, or makes no sense, would end its receivers, which would
// get it again when they are back, and again.
func TestPropertiesThatNoReceiverTakesArePassedOnToNone(t *testing.T) {
	b := start(t)
	for what, properties := range map[string]string{
		"a content type twice":           "\x03\x00\x01a\x03\x00\x01a",
		"an expiry twice":                "\x02\x00\x00\x00\x01\x02\x00\x00\x00\x01",
		"a payload format that is none":  "\x01\x02",
		"a response topic of a wildcard": "\x08\x00\x03a/#",
	} {
		c := dial(t, port(b), "c", cleanStart)
		body := "\x00\x01t" + string([]byte{byte(len(properties))}) + properties
		if _, err := c.Write([]byte("\x30" + string([]byte{byte(len(body))}) + body)); err != nil {
			t.Fatal(err)
		}
		if reason := c.ended(t); reason != 0x82 {
			t.Errorf("%s: ended with 0x%02X", what, reason)
		}
	}
}
