package mqttd_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestATapGetsEveryMessageInOrderAndManyAtATime(t *testing.T) {
	const n = 20_000
	b := start(t)
	var mu sync.Mutex
	batches, next := 0, 0
	tap(t, b, "t", func(_ context.Context, batch []mqttd.Message) error {
		mu.Lock()
		defer mu.Unlock()
		batches++
		for _, m := range batch {
			if string(m.Payload) != fmt.Sprint(next) {
				return fmt.Errorf("message %d is %s", next, m.Payload)
			}
			next++
		}
		return nil
	})
	pipe(t, b, numbers(n), "-t", "t")
	eventually(t, "all", func() bool { mu.Lock(); defer mu.Unlock(); return next == n })
	if batches >= n {
		t.Errorf("%d batches", batches)
	}
}

func TestAFullTapThatBlocksHoldsItsPublisherBackAndLosesNothing(t *testing.T) {
	const n = 5000
	b := start(t)
	gate := make(chan struct{})
	var got gathered
	one, err := b.Tap("t", mqttd.TapOptions{Capacity: 10}, func(ctx context.Context, batch []mqttd.Message) error {
		<-gate
		return got.take(ctx, batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	well := dial(t, port(b), "well", cleanStart) // another client is not held back
	var sending sync.WaitGroup
	sending.Go(func() { pipe(t, b, numbers(n), "-t", "t") })
	well.sync(t)
	close(gate)
	sending.Wait()
	eventually(t, "all", func() bool { return len(got.get()) == n })
	for i, m := range got.get() {
		if string(m.Payload) != fmt.Sprint(i) {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
	}
	if one.Dropped() != 0 {
		t.Errorf("dropped %d", one.Dropped())
	}
}

func TestWhatAConnectionHadInHandWhenItWasEndedAtAFullTapIsCounted(t *testing.T) {
	b := start(t)
	gate := make(chan struct{})
	var got gathered
	one, err := b.Tap("t", mqttd.TapOptions{Capacity: 10}, func(ctx context.Context, batch []mqttd.Message) error {
		<-gate
		return got.take(ctx, batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	open := sync.OnceFunc(func() { close(gate) })
	defer open()
	c := dial(t, port(b), "c", cleanStart)
	var all bytes.Buffer // in one write, so that the broker has them in hand together
	for i := range 100 {
		message := packets.Publish{Topic: "t", Payload: fmt.Append(nil, i), Properties: &packets.Properties{}}
		if _, err := message.WriteTo(&all); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Write(all.Bytes()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "more messages than the tap takes", func() bool { return b.Stats().Received > 20 })
	dial(t, port(b), "c", cleanStart) // takes the session over
	open()
	eventually(t, "every message", func() bool { return uint64(len(got.get()))+one.Dropped() == b.Stats().Received })
	if one.Dropped() == 0 {
		t.Error("nothing was in hand")
	}
}

func TestAFullTapThatDropsLosesTheOldestAndCountsThem(t *testing.T) {
	b := start(t)
	busy, gate := make(chan struct{}, 100), make(chan struct{})
	var got gathered
	one, err := b.Tap("t", mqttd.TapOptions{Capacity: 3, Overflow: mqttd.DropOldest}, func(ctx context.Context, batch []mqttd.Message) error {
		busy <- struct{}{}
		<-gate
		return got.take(ctx, batch)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	c := dial(t, port(b), "c", cleanStart)
	c.publish(t, packets.Publish{Topic: "t", Payload: []byte("first")})
	<-busy
	for i := range 10 {
		c.publish(t, packets.Publish{Topic: "t", Payload: []byte(fmt.Sprint(i))})
	}
	c.sync(t)
	close(gate)
	eventually(t, "the rest", func() bool { return len(got.get()) == 4 })
	if all := got.get(); string(all[1].Payload) != "7" || one.Dropped() != 7 || b.Stats().DroppedByTaps != 7 {
		t.Errorf("got %v, dropped %d", all, one.Dropped())
	}
}

func TestTheNodeNeverWaitsForATap(t *testing.T) {
	b := start(t)
	gate := make(chan struct{})
	one, err := b.Tap("t", mqttd.TapOptions{Capacity: 5}, func(context.Context, []mqttd.Message) error { <-gate; return nil })
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := b.Publish(mqttd.Message{Topic: "t", QoS: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if one.Dropped() < 100-5-5 { // five wait, and at most five are in hand
		t.Errorf("dropped %d", one.Dropped())
	}
	close(gate)
	one.Close()
}

func TestAPanicInATapCostsItsBatchAndNothingElse(t *testing.T) {
	b := start(t)
	times := 0
	tap(t, b, "t", func(context.Context, []mqttd.Message) error {
		if times++; times == 1 {
			panic("a defect")
		}
		return nil
	})
	well := dial(t, port(b), "well", cleanStart)
	c := dial(t, port(b), "c", cleanStart)
	c.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 1})
	if p := c.next(t); p.Type != packets.DISCONNECT {
		t.Errorf("got %v", p)
	}
	well.publish(t, packets.Publish{Topic: "t", QoS: 1, PacketID: 1})
	if reason := well.puback(t); reason != 0 {
		t.Errorf("reason 0x%02X", reason)
	}
}

func TestAcknowledgementsKeepTheirOrderWhateverTheTapsTake(t *testing.T) {
	b := start(t, kept(file(t)))
	away := dial(t, port(b), "away", expiry(1000))
	away.subscribe(t, packets.SubOptions{Topic: "stored", QoS: 1})
	_ = away.Close()
	tap(t, b, "tapped", func(context.Context, []mqttd.Message) error { return nil })
	c := dial(t, port(b), "c", cleanStart)
	topics := []string{"stored", "tapped", "plain", "plain", "stored", "$no"}
	const n = 3000
	var sending sync.WaitGroup
	sending.Go(func() {
		for i := range n {
			c.publish(t, packets.Publish{Topic: topics[i%len(topics)], QoS: 1, PacketID: uint16(i + 1)})
		}
	})
	for i := range n {
		if p := c.expect(t, packets.PUBACK); p.PacketID() != uint16(i+1) {
			t.Fatalf("PUBACK %d is for %d", i+1, p.PacketID())
		}
	}
	sending.Wait()
}

func TestAWatchTellsWhetherAnybodySubscribes(t *testing.T) {
	b := start(t)
	told := make(chan bool, 10)
	cancel, err := b.Watch("plant/boiler/climate", func(subscribed bool) { told <- subscribed })
	if err != nil {
		t.Fatal(err)
	}
	c := dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "plant/+/climate"})
	if !<-told {
		t.Error("told false first")
	}
	_ = c.Close()
	if <-told {
		t.Error("told true after the client has gone")
	}
	one := tap(t, b, "plant/#", func(context.Context, []mqttd.Message) error { return nil })
	if !<-told {
		t.Error("a tap is not told")
	}
	cancel()
	one.Close()
	c = dial(t, port(b), "c", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "#"})
	eventually(t, "subscribed", func() bool { return b.Subscribed("plant/boiler/climate") })
	select {
	case is := <-told:
		t.Errorf("told %t after cancel", is)
	default:
	}
}

func TestAnAwaySessionCountsAsASubscriber(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", expiry(1000))
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = c.Close()
	eventually(t, "away", func() bool { return b.Stats().Clients == 0 })
	if !b.Subscribed("t") {
		t.Error("nobody subscribes")
	}
}

func TestABrokerThatIsClosedTellsItsClientsWhy(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "c", cleanStart)
	stop(t, b)
	if reason := c.ended(t); reason != 0x8B {
		t.Errorf("ended with 0x%02X", reason)
	}
}

func TestClosingDoesNotWaitForAStuckClient(t *testing.T) {
	b := start(t)
	c := dial(t, port(b), "stuck", cleanStart)
	c.subscribe(t, packets.SubOptions{Topic: "t"})
	for range 100 {
		_ = b.Publish(mqttd.Message{Topic: "t", Payload: make([]byte, 100_000)})
	}
	stop(t, b)
}

func TestATapHasAClientsMessagesInTheirOrderWhateverTheirQoS(t *testing.T) {
	b := start(t)
	var got gathered
	tap(t, b, "t", got.take)
	c := dial(t, port(b), "c", cleanStart)
	const n = 600
	for i := range n {
		p := packets.Publish{Topic: "t", Payload: []byte(fmt.Sprint(i))}
		if i%5 == 4 {
			p.QoS, p.PacketID = 1, uint16(i)
		}
		c.publish(t, p)
	}
	eventually(t, "all", func() bool { return len(got.get()) == n })
	var last mqttd.Message
	for i, m := range got.get() {
		if string(m.Payload) != fmt.Sprint(i) {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
		if i > 0 && m.QoS == 0 && last.QoS == 0 && !m.Arrived.After(last.Arrived) {
			t.Fatalf("message %d arrived at %s, not after %s", i, m.Arrived, last.Arrived)
		}
		last = m
	}
}
