package mqttd_test

import (
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// The tests of this file are of what the broker does after a time. They run in
// virtual time, over connections in memory: on a machine that is busy a real second
// may be over before anything has happened in it.

// virtual runs a test with a broker that serves connections in memory.
func virtual(t *testing.T, change func(*mqttd.Config), test func(t *testing.T, b *mqttd.Broker)) {
	t.Helper()
	account(t, mqttd.All()) // whose hash takes as long as it does
	synctest.Test(t, func(t *testing.T) {
		b := start(t, func(c *mqttd.Config) { c.Listeners = nil }, change)
		test(t, b)
		stop(t, b)
	})
}

func asItIs(*mqttd.Config) {}

// plug connects a client in memory, which has said nothing yet.
func plug(t *testing.T, b *mqttd.Broker) *client {
	t.Helper()
	near, far := net.Pipe()
	rights := mqttd.All()
	b.Serve(far, mqttd.Listener{Anonymous: &rights})
	c := over(t, near)
	_ = near.SetDeadline(time.Time{}) // hours pass
	return c
}

// enter connects a client in memory that is let in.
func enter(t *testing.T, b *mqttd.Broker, id string, how ...hello) *client {
	t.Helper()
	c := plug(t, b)
	c.send(t, connect(id, how...))
	if reply := c.expect(t, packets.CONNACK).Content.(*packets.Connack); reply.ReasonCode != 0 {
		t.Fatalf("not let in: 0x%02X", reply.ReasonCode)
	}
	return c
}

// pass lets virtual time pass, and everything settle.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestAWillWaitsAndIsForgottenWhenTheClientComesBack(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		var got gathered
		tap(t, b, "will/#", got.take)
		back, gone := enter(t, b, "back", expiry(1000), will("will/back", "x", 60)), enter(t, b, "gone", expiry(1000), will("will/gone", "x", 60))
		_, _ = back.Close(), gone.Close()
		pass(50 * time.Second)
		enter(t, b, "back", expiry(1000)).sync(t)
		if all := got.get(); len(all) != 0 {
			t.Errorf("before their time: %+v", all)
		}
		pass(time.Hour)
		if all := got.get(); len(all) != 1 || all[0].Topic != "will/gone" {
			t.Errorf("got %+v", all)
		}
	})
}

func TestAWillIsPublishedWhenTheSessionEndsHoweverLongItWasToWait(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		var got gathered
		tap(t, b, "will/#", got.take)
		enter(t, b, "over", expiry(60), will("will/over", "x", 3600)).Close()
		enter(t, b, "anew", expiry(3600), will("will/anew", "x", 3600)).Close()
		enter(t, b, "taken", expiry(3600), will("will/taken", "x", 3600)) // and is there still
		pass(time.Second)
		enter(t, b, "anew", cleanStart) // MQTT 5.0 §3.1.4: the session of before ends
		enter(t, b, "taken", cleanStart)
		pass(2 * time.Minute)
		topics := map[string]int{}
		for _, m := range got.get() {
			topics[m.Topic]++
		}
		if len(topics) != 3 || topics["will/over"]+topics["will/anew"]+topics["will/taken"] != 3 {
			t.Errorf("got %v", topics)
		}
	})
}

func TestASessionIsForgottenWhenItsTimeIsOver(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		c := enter(t, b, "c", expiry(60))
		c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
		pass(time.Hour) // it is there
		_ = c.Close()
		pass(59 * time.Second)
		if s := b.Stats(); s.Sessions != 1 || !b.Subscribed("t") {
			t.Errorf("before its time: %+v", s)
		}
		pass(2 * time.Second)
		if s := b.Stats(); s.Sessions != 0 || b.Subscribed("t") {
			t.Errorf("after its time: %+v", s)
		}
	})
}

func TestASilentClientIsGivenUpAfterOneAndAHalfKeepAlives(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		c := enter(t, b, "c", cleanStart, func(c *packets.Connect) { c.KeepAlive = 60 })
		began := time.Now()
		if reason := c.ended(t); reason != 0x8D {
			t.Errorf("ended with 0x%02X", reason)
		}
		if took := time.Since(began); took != 90*time.Second {
			t.Errorf("after %s", took)
		}
	})
}

func TestAConnectionThatDoesNotLogInIsEnded(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		c := enter(t, b, "in time", cleanStart)
		for _, said := range []string{"", "\x10", "\x10\x20\x00\x04MQ"} {
			slow, began := plug(t, b), time.Now()
			_, _ = slow.Write([]byte(said))
			slow.ended(t)
			if took := time.Since(began); took != 10*time.Second {
				t.Errorf("%q: ended after %s", said, took)
			}
		}
		c.sync(t)
	})
}

func TestAMessageThatHasLostItsUseIsNotDelivered(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		c := enter(t, b, "c", expiry(1000))
		c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
		_ = c.Close()
		pass(time.Second)
		pub, minute := enter(t, b, "pub", cleanStart), uint32(60)
		pub.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 1, Retain: true, Payload: []byte("old"), Properties: &packets.Properties{MessageExpiry: &minute}})
		pub.puback(t)
		pub.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 2, Payload: []byte("new")})
		pub.puback(t)
		pass(62 * time.Second)
		if s := b.Stats(); s.Retained != 0 || s.Waiting != 2 {
			t.Errorf("%+v", s)
		}
		if m := enter(t, b, "c", expiry(1000)).message(t); string(m.Payload) != "new" {
			t.Errorf("got %s", m.Payload)
		}
		if s := b.Stats(); s.Expired != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAClientThatWasQuietForLongIsWrittenToAllTheSame(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		sub, pub := enter(t, b, "sub", cleanStart), enter(t, b, "pub", cleanStart)
		sub.subscribe(t, packets.SubOptions{Topic: "t"})
		for _, payload := range []string{"1", "2", "3"} {
			pass(time.Minute) // longer than one write may take
			pub.publish(t, packets.Publish{Topic: "t", Payload: []byte(payload)})
			if m := sub.message(t); string(m.Payload) != payload {
				t.Fatalf("got %s, want %s", m.Payload, payload)
			}
		}
	})
}

func TestAClientThatTakesNothingIsCutOff(t *testing.T) {
	virtual(t, asItIs, func(t *testing.T, b *mqttd.Broker) {
		sub := enter(t, b, "sub", cleanStart)
		sub.subscribe(t, packets.SubOptions{Topic: "t"})
		if err := b.Publish(mqttd.Message{Topic: "t", Payload: []byte("x")}); err != nil {
			t.Fatal(err)
		}
		pass(29 * time.Second)
		if n := b.Stats().Clients; n != 1 {
			t.Errorf("%d clients before its time", n)
		}
		pass(2 * time.Second)
		if n := b.Stats().Clients; n != 0 {
			t.Errorf("%d clients after its time", n)
		}
	})
}
