package mqttd_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/eclipse/paho.golang/packets"
	"go.etcd.io/bbolt"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestASecondConnectionOfAClientEndsTheFirst(t *testing.T) {
	b := start(t)
	first := dial(t, port(b), "twin", expiry(100))
	second, reply := knock(t, port(b), "twin", expiry(100))
	if !reply.SessionPresent || reply.ReasonCode != 0 {
		t.Errorf("the second got %+v", reply)
	}
	if reason := first.ended(t); reason != 0x8E {
		t.Errorf("the first was ended with 0x%02X", reason)
	}
	second.sync(t)
}

func TestManyConnectionsOfOneClientAtOnceLeaveOne(t *testing.T) {
	b := start(t)
	const n = 8
	all := make([]*client, n)
	for i := range all {
		all[i] = raw(t, b)
		all[i].send(t, connect("twin", cleanStart))
	}
	eventually(t, "one is left", func() bool {
		s := b.Stats()
		return s.Connections == n && s.Clients == 1 && s.Sessions == 1
	})
	for i, c := range all {
		if p := c.next(t); p.Type != packets.CONNACK {
			t.Errorf("connection %d was answered with %v", i, p)
		}
	}
}

func TestASessionBelongsToItsUser(t *testing.T) {
	b := start(t, func(c *mqttd.Config) {
		other := c.Accounts[0]
		other.Name = "other"
		c.Accounts = append(c.Accounts, other)
	})
	mine := dial(t, port(b), "mine", expiry(100))
	_, reply := knock(t, port(b), "mine", func(c *packets.Connect) { c.Username = "other" })
	if reply.ReasonCode != 0x85 {
		t.Errorf("another user got 0x%02X", reply.ReasonCode)
	}
	mine.sync(t)
}

func TestACleanStartForgetsWhatWas(t *testing.T) {
	b := start(t, kept(file(t)))
	c := dial(t, port(b), "c", expiry(100))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = c.Close()
	eventually(t, "gone", func() bool { return b.Stats().Clients == 0 })
	_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1})
	c, reply := knock(t, port(b), "c", cleanStart)
	if reply.SessionPresent {
		t.Error("the session is still there")
	}
	c.sync(t) // nothing waited
	if b.Subscribed("t") {
		t.Error("the subscription is still there")
	}
}

func TestUnacknowledgedMessagesComeAgainInOrderMarkedAsDuplicates(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", expiry(100), receiveMaximum(3))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	for i := range 5 {
		_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte(fmt.Sprint(i))})
	}
	var ids []uint16
	for range 3 {
		ids = append(ids, c.expect(t, packets.PUBLISH).Content.(*packets.Publish).PacketID)
	}
	c.ack(t, ids[1])
	c.expect(t, packets.PUBLISH)
	_ = c.Close()
	c = dial(t, port(b), "c", expiry(100), receiveMaximum(2))
	for i, want := range []string{"0", "2", "3", "4"} {
		m := c.message(t)
		if string(m.Payload) != want || m.Duplicate != (i < 3) {
			t.Errorf("message %d is %s, duplicate %t", i, m.Payload, m.Duplicate)
		}
	}
}

func TestAQoS2MessageIsDeliveredOnceAcrossCutsAndARestart(t *testing.T) {
	path := file(t)
	b := start(t, kept(path))
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 2})
	_ = b.Publish(mqttd.Message{Topic: "t", QoS: 2, Payload: []byte("once")})
	m := c.expect(t, packets.PUBLISH).Content.(*packets.Publish)
	reply := func(c *client, head byte) { _, _ = c.Write([]byte{head, 2, byte(m.PacketID >> 8), byte(m.PacketID)}) }

	_ = c.Close() // before PUBREC: it comes again, as the same
	c = dial(t, port(b), "c", expiry(1000))
	if again := c.expect(t, packets.PUBLISH).Content.(*packets.Publish); !again.Duplicate || again.PacketID != m.PacketID {
		t.Errorf("again: %+v", again)
	}
	reply(c, 0x50) // PUBREC
	c.expect(t, packets.PUBREL)
	stop(t, b) // before PUBCOMP: PUBREL comes again, the message does not

	b = start(t, kept(path))
	c = dial(t, port(b), "c", expiry(1000))
	if p := c.expect(t, packets.PUBREL); p.PacketID() != m.PacketID {
		t.Errorf("PUBREL of %d", p.PacketID())
	}
	reply(c, 0x70) // PUBCOMP
	eventually(t, "nothing waits", func() bool { return b.Stats().Waiting == 0 })
}

func TestAQoS2MessageThatIsSentTwiceIsTakenOnce(t *testing.T) {
	path := file(t)
	b := start(t, kept(path))
	var got gathered
	tap(t, b, "#", got.take)
	m := packets.Publish{Topic: "t", QoS: 2, PacketID: 9, Payload: []byte("once")}
	c := dial(t, port(b), "c", expiry(1000))
	c.publish(t, m)
	c.expect(t, packets.PUBREC)
	_ = c.Close()
	c = dial(t, port(b), "c", expiry(1000))
	m.Duplicate = true
	c.publish(t, m)
	c.expect(t, packets.PUBREC)
	stop(t, b) // the identifier is in use until PUBREL, also after a restart

	b = start(t, kept(path))
	var more gathered
	tap(t, b, "#", more.take)
	c = dial(t, port(b), "c", expiry(1000))
	c.publish(t, m)
	c.expect(t, packets.PUBREC)
	_, _ = c.Write([]byte{0x62, 2, 0, 9})
	c.expect(t, packets.PUBCOMP)
	m.Payload = []byte("another")
	c.publish(t, m)
	c.expect(t, packets.PUBREC)
	if n := len(got.get()); n != 1 {
		t.Errorf("taken %d times", n)
	}
	if all := more.get(); len(all) != 1 || string(all[0].Payload) != "another" {
		t.Errorf("after PUBREL: %v", all)
	}
}

func TestAWillIsPublishedWhenTheClientIsLostAndNotWhenItLeaves(t *testing.T) {
	b := start(t)
	var got gathered
	tap(t, b, "will/#", got.take)
	left := dial(t, port(b), "left", cleanStart, will("will/left", "x", 0))
	left.send(t, packets.NewControlPacket(packets.DISCONNECT))
	left.ended(t)
	lost := dial(t, port(b), "lost", cleanStart, will("will/lost", "x", 0))
	_ = lost.Close()
	eventually(t, "the will", func() bool { return len(got.get()) > 0 })
	if all := got.get(); len(all) != 1 || all[0].Topic != "will/lost" || all[0].Client != "lost" {
		t.Errorf("got %+v", all)
	}
}

func TestWhoClosesHalfOfTheConnectionStillHearsTheRest(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "half", cleanStart)
	c.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 5})
	_ = c.CloseWrite(t)
	if reason := c.puback(t); reason != 0 {
		t.Errorf("reason 0x%02X", reason)
	}
}

func TestALogInThatIsWrongIsRefused(t *testing.T) {
	b := start(t)
	for _, how := range []hello{as("edge", "wrong"), as("nobody", "correct horse"), as("edge", "")} {
		if _, reply := knock(t, port(b), "c", how); reply.ReasonCode != 0x86 {
			t.Errorf("reason 0x%02X", reply.ReasonCode)
		}
	}
	if refused := b.Stats().Refused; refused != 3 {
		t.Errorf("%d counted", refused)
	}
}

func TestWhoeverHasNoRightsDoesNothing(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.Accounts = nil; c.Listeners[0].Anonymous = nil })
	if _, reply := knock(t, port(b), "c", as("", "")); reply.ReasonCode != 0x86 {
		t.Errorf("reason 0x%02X", reply.ReasonCode)
	}
}

func TestRightsAreHeldForTopicsFiltersAndWills(t *testing.T) {
	b := start(t, func(c *mqttd.Config) {
		c.Accounts = []mqttd.Account{account(t, mqttd.Rights{Publish: []string{"up/%u/#"}, Subscribe: []string{"down/%c/#", "all/+"}})}
	})
	c := dial(t, port(b), "me", cleanStart)
	for topic, want := range map[string]byte{"up/edge/x": 0, "up/other/x": 0x87, "down/me/x": 0x87, "$SYS/x": 0x87} {
		c.publish(t, packets.Publish{Topic: topic, QoS: 1, PacketID: 1})
		if got := c.puback(t); got != want {
			t.Errorf("publish on %s: 0x%02X", topic, got)
		}
	}
	for filter, want := range map[string]byte{
		"down/me/x": 1, "down/me/#": 1, "down/+/x": 0x87, "#": 0x87, "all/x": 1, "all/+": 1, "all/#": 0x87, "$share/g/down/you/x": 0x87,
	} {
		if got := c.subscribe(t, packets.SubOptions{Topic: filter, QoS: 1}); got != want {
			t.Errorf("subscribe to %s: 0x%02X", filter, got)
		}
	}
	if _, reply := knock(t, port(b), "you", cleanStart, will("down/me/x", "x", 0)); reply.ReasonCode != 0x87 {
		t.Errorf("will: 0x%02X", reply.ReasonCode)
	}
	if _, reply := knock(t, port(b), "+", cleanStart); reply.ReasonCode != 0 {
		t.Errorf("log-in: 0x%02X", reply.ReasonCode)
	}
}

func TestAClientIdentifierHasABound(t *testing.T) {
	b := start(t)
	if _, reply := knock(t, port(b), strings.Repeat("c", 2000)); reply.ReasonCode != 0x85 {
		t.Errorf("reason 0x%02X", reply.ReasonCode)
	}
}

func TestAQoS2MessageInDoubtIsAnsweredOnTheConnectionThatTheClientHasThen(t *testing.T) {
	b := start(t)
	seen, release := make(chan struct{}, 10), make(chan struct{})
	var got gathered
	tap(t, b, "#", func(ctx context.Context, batch []mqttd.Message) error {
		seen <- struct{}{}
		<-release
		return got.take(ctx, batch)
	})
	m := packets.Publish{Topic: "t", QoS: 2, PacketID: 9, Payload: []byte("once")}
	c := dial(t, port(b), "c", expiry(1000))
	c.publish(t, m)
	<-seen
	_ = c.Close()
	c = dial(t, port(b), "c", expiry(1000))
	m.Duplicate = true
	c.publish(t, m)
	c.sync(t) // it is not answered yet, and not taken again
	close(release)
	if p := c.expect(t, packets.PUBREC); p.PacketID() != 9 {
		t.Errorf("answered %d", p.PacketID())
	}
	if n := len(got.get()); n != 1 {
		t.Errorf("taken %d times", n)
	}
}

func TestAQoS2MessageThatFoundNoRoomIsTakenWhenItComesAgain(t *testing.T) {
	b := start(t)
	gate := make(chan struct{})
	var got gathered
	one, err := b.Tap("t", mqttd.TapOptions{Capacity: 1}, func(ctx context.Context, batch []mqttd.Message) error {
		<-gate
		return got.take(ctx, batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	filler := dial(t, port(b), "filler", cleanStart)
	for range 2 { // one in hand, one that waits
		filler.publish(t, packets.Publish{Topic: "t"})
	}
	filler.sync(t)
	m := packets.Publish{Topic: "t", QoS: 2, PacketID: 9, Payload: []byte("x")}
	c := dial(t, port(b), "c", expiry(1000))
	c.publish(t, m)
	_ = c.Close()
	c = dial(t, port(b), "c", expiry(1000)) // ends the first, which is held back by the tap
	close(gate)
	m.Duplicate = true
	c.publish(t, m)
	if p := c.expect(t, packets.PUBREC); p.PacketID() != 9 {
		t.Errorf("answered %d", p.PacketID())
	}
}

func TestARecordThatIsDamagedIsLeftOutAndTheRestIsServed(t *testing.T) {
	path := file(t)
	b := start(t, kept(path))
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = c.Close()
	eventually(t, "away", func() bool { return b.Stats().Clients == 0 })
	for i := range 3 {
		_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1, Retain: true, Payload: []byte(fmt.Sprint(i))})
	}
	stop(t, b)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		return errors.Join(
			tx.Bucket([]byte("sessions")).Put([]byte("damaged"), []byte("{")),
			tx.Bucket([]byte("retained")).Put([]byte("damaged"), []byte{9}),
			tx.Bucket([]byte("queues")).Bucket([]byte("c")).Put([]byte{0, 0, 0, 0, 0, 0, 0, 2}, []byte{1, 1}),
		)
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	b = start(t, kept(path))
	if s := b.Stats(); s.Dropped != 3 || s.Sessions != 1 || s.Retained != 1 {
		t.Errorf("%+v", s)
	}
	c = dial(t, port(b), "c", expiry(1000))
	for _, want := range []string{"0", "2"} {
		if m := c.message(t); string(m.Payload) != want {
			t.Errorf("got %s, want %s", m.Payload, want)
		}
	}
}

func TestASessionHasABoundOfSubscriptions(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	p := packets.NewControlPacket(packets.SUBSCRIBE)
	all := p.Content.(*packets.Subscribe)
	all.PacketID = 1
	for i := range 10_001 {
		all.Subscriptions = append(all.Subscriptions, packets.SubOptions{Topic: fmt.Sprint(i)})
	}
	c.send(t, p)
	reasons := c.expect(t, packets.SUBACK).Content.(*packets.Suback).Reasons
	if reasons[9_999] != 0 || reasons[10_000] != 0x97 {
		t.Errorf("the last ones: 0x%02X, 0x%02X", reasons[9_999], reasons[10_000])
	}
}

func TestPublishingAfterTheEndIsAnError(t *testing.T) {
	b := start(t)
	stop(t, b)
	if err := b.Publish(mqttd.Message{Topic: "t"}); !errors.Is(err, mqttd.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
