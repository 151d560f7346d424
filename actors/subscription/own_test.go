package subscription_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-edge/holdfast/actors/subscription"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// ledger is a log whose disk does what the test says.
type ledger struct {
	mu     sync.Mutex
	kept   []string // "how: rows"
	commit func() error
}

func (l *ledger) keep(how string, b *tag.Batch, err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		var rows []byte
		for i := range b.Len() {
			rows = tag.AppendRowJSON(rows, b, i)
		}
		l.kept = append(l.kept, how+" "+string(rows))
	}
	return err
}

func (l *ledger) Offer(b *tag.Batch) error                     { return l.keep("offer", b, nil) }
func (l *ledger) Append(_ context.Context, b *tag.Batch) error { return l.keep("append", b, nil) }
func (l *ledger) Commit(_ context.Context, b *tag.Batch) error {
	l.mu.Lock()
	commit := l.commit
	l.mu.Unlock()
	if commit != nil {
		if err := commit(); err != nil {
			return err
		}
	}
	return l.keep("commit", b, nil)
}

func (l *ledger) on(commit func() error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.commit = commit
}

func (l *ledger) want(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.kept, want) {
		t.Errorf("the log got %q, want %q", l.kept, want)
	}
}

// bench is one subscription to the node's own broker, in virtual time.
type bench struct {
	t      *testing.T
	ledger ledger
	system *supervisor.System
	stream *broker.Stream
	inlet  *subscription.Inlet
	demand *subscription.Demand
	meter  subscription.Meter

	mu      sync.Mutex
	refused []string
}

// on runs a test with a stream of the columns a and b, which is logged.
func on(t *testing.T, change func(*config.Stream), test func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &config.Stream{Name: "sensors", MQTT: &config.MQTTSource{Topic: "s/#", QoS: 2}, Overflow: config.Block}
		change(s)
		b := &bench{t: t, inlet: subscription.NewInlet(s)}
		bus := broker.New(&b.ledger)
		b.stream = bus.Stream("sensors")
		b.stream.SetLogged(true)
		b.system = supervisor.New(supervisor.Options{Random: func() float64 { return 0.5 }})
		env := subscription.Env{
			Site: "plant-7", System: b.system, Bus: bus, Now: time.Now,
			Meter:   func(string) *subscription.Meter { return &b.meter },
			Refused: func(_ string, err error) { b.refuse(err) },
		}
		b.demand = subscription.NewDemand(subscription.Columns{Names: []string{"a", "b"}})
		c := subscription.Config{Stream: s, Demand: b.demand, Inlet: b.inlet}
		if _, err := b.system.Spawn(subscription.Spec(env, c)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		test(b)
		if err := b.system.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func same(*config.Stream) {}

func (b *bench) refuse(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refused = append(b.refused, err.Error())
}

// send hands messages over as the broker does; the topic is s/1.
func (b *bench) send(qos byte, payloads ...string) error {
	return b.inlet.Take(b.t.Context(), messages(qos, payloads...))
}

func messages(qos byte, payloads ...string) (all []mqttd.Message) {
	for _, p := range payloads {
		all = append(all, mqttd.Message{Topic: "s/1", Payload: []byte(p), QoS: qos, Arrived: time.Now()})
	}
	return all
}

func (b *bench) mustSend(qos byte, payloads ...string) {
	b.t.Helper()
	if err := b.send(qos, payloads...); err != nil {
		b.t.Fatal(err)
	}
}

func TestWhatComesTogetherIsOneBatch(t *testing.T) {
	on(t, same, func(b *bench) {
		b.mustSend(1, `{"a":1,"x":2}`, `[{"a":2},{"b":3}]`)
		b.ledger.want(b.t, `commit {"a":1}{"a":2}{"b":3}`)
		if at := b.stream.Last().Time(0); at != time.Now().UnixNano() {
			t.Errorf("the row is of %d", at)
		}
		if n := b.meter.Messages.Load(); n != 2 || b.meter.Rows.Load() != 3 || b.meter.Bytes.Load() != 30 {
			t.Errorf("%d messages, %d rows, %d bytes", n, b.meter.Rows.Load(), b.meter.Bytes.Load())
		}
	})
}

func TestTheQualityOfServiceDecidesWhetherTheDiskIsWaitedFor(t *testing.T) {
	on(t, same, func(b *bench) {
		b.mustSend(0, `{"a":1}`)
		b.mustSend(2, `{"a":2}`)
		b.ledger.want(b.t, `append {"a":1}`, `commit {"a":2}`)
	})
	on(t, func(s *config.Stream) { s.MQTT.QoS, s.Overflow = 0, config.DropOldest }, func(b *bench) {
		b.mustSend(1, `{"a":1}`)
		b.ledger.want(b.t, `offer {"a":1}`)
	})
}

func TestAMessageThatTheDiskRefusesIsNotAcknowledgedAndTheNextOneIs(t *testing.T) {
	on(t, same, func(b *bench) {
		full := errors.New("disk full")
		b.ledger.on(func() error { return full })
		if err := b.send(1, `{"a":1}`); !errors.Is(err, full) {
			t.Fatalf("got %v", err)
		}
		b.ledger.on(nil)
		b.mustSend(1, `{"a":2}`)
		b.ledger.want(b.t, `commit {"a":2}`)
		if b.meter.Untaken.Load() != 1 {
			t.Errorf("%d untaken", b.meter.Untaken.Load())
		}
	})
}

func TestPoisonIsCountedToldAndAcknowledged(t *testing.T) {
	on(t, same, func(b *bench) {
		b.mustSend(1, `{"a":1}`, `{"a":`, `7`, `{"a":2}`)
		b.mustSend(1, `nonsense`)
		b.ledger.want(b.t, `commit {"a":1}{"a":2}`)
		if b.meter.Refused.Load() != 3 || len(b.refused) != 3 {
			t.Errorf("%d refused, told %q", b.meter.Refused.Load(), b.refused)
		}
		if err := b.meter.LastRefusal(); err == nil || !strings.Contains(err.Error(), `on "s/1"`) {
			t.Errorf("the last refusal is %v", err)
		}
	})
}

func TestAPanicRestartsTheSubscriptionAndItsPublishersWait(t *testing.T) {
	on(t, same, func(b *bench) {
		b.ledger.on(func() error { panic("a defect") })
		if err := b.send(1, `{"a":1}`); err == nil {
			t.Fatal("acknowledged by a subscription that panicked")
		}
		b.ledger.on(nil)
		began := time.Now()
		b.mustSend(1, `{"a":1}`) // waits for the next incarnation
		if time.Since(began) == 0 {
			t.Error("there was no backoff")
		}
		b.ledger.want(b.t, `commit {"a":1}`)
		synctest.Wait()
		tree, _ := b.system.Subtree("/sensors")
		if tree.Restarts != 1 || tree.State != "receiving" {
			t.Errorf("%d restarts, %s", tree.Restarts, tree.State)
		}
	})
}

func TestAPublisherThatWaitsForAStoppedSubscriptionIsLetGoWithTheBroker(t *testing.T) {
	on(t, same, func(b *bench) {
		if err := b.system.Stop(b.t.Context(), "/sensors"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(b.t.Context())
		over := errors.New("over")
		time.AfterFunc(time.Hour, func() { cancel(over) })
		if err := b.inlet.Take(ctx, messages(1, `{"a":1}`)); !errors.Is(err, over) {
			t.Errorf("got %v", err)
		}
	})
}

func TestBackpressureOfAReaderReachesThePublisherAndEndsWithTheBroker(t *testing.T) {
	on(t, same, func(b *bench) {
		sub := b.stream.Subscribe(1, broker.Block, func() {})
		b.mustSend(0, `{"a":1}`)
		ctx, cancel := context.WithCancel(b.t.Context())
		taken := make(chan error, 1)
		go func() { taken <- b.inlet.Take(ctx, messages(0, `{"a":2}`)) }()
		synctest.Wait()
		if len(taken) != 0 {
			t.Fatal("the publisher did not wait")
		}
		if sub.Next() == nil {
			t.Fatal("no first batch")
		}
		synctest.Wait()
		if err := <-taken; err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Hour, cancel)
		if err := b.inlet.Take(ctx, messages(0, `{"a":3}`)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestASlowReaderOfAStreamThatDropsNeverHoldsThePublisher(t *testing.T) {
	on(t, func(s *config.Stream) { s.Overflow = config.DropOldest }, func(b *bench) {
		b.stream.Subscribe(1, broker.DropOldest, func() {})
		for range 3 {
			b.mustSend(0, `{"a":1}`)
			b.mustSend(1, `{"a":1}`)
		}
		if b.stream.Stats().Dropped != 5 {
			t.Errorf("%d dropped", b.stream.Stats().Dropped)
		}
	})
}

func TestDataThatGoesRoundInACycleIsCountedAndAcknowledged(t *testing.T) {
	on(t, same, func(b *bench) {
		round := messages(1, `{"a":1}`)
		round[0].Hops = tag.MaxHops + 1
		if err := b.inlet.Take(b.t.Context(), round); err != nil {
			t.Fatal(err)
		}
		b.ledger.want(b.t)
		if b.meter.Cycles.Load() != 1 {
			t.Errorf("%d rows in a cycle", b.meter.Cycles.Load())
		}
	})
}

func TestTheTapDropsWhereTheStreamDoes(t *testing.T) {
	for overflow, want := range map[config.Overflow]mqttd.Overflow{config.Block: mqttd.Block, config.DropOldest: mqttd.DropOldest} {
		i := subscription.NewInlet(&config.Stream{MQTT: &config.MQTTSource{Topic: "s/#"}, Overflow: overflow})
		if i.Options().Overflow != want || i.Filter() != "s/#" {
			t.Errorf("%s: %+v, %s", overflow, i.Options(), i.Filter())
		}
	}
}

func TestOtherColumnsAreDecodedFromTheNextMessagesOn(t *testing.T) {
	on(t, same, func(b *bench) {
		b.mustSend(1, `{"a":1,"b":1,"c":1}`)
		b.demand.Want(subscription.Columns{Names: []string{"c"}})
		b.mustSend(1, `{"a":2,"b":2,"c":2}`)
		b.demand.Want(subscription.Columns{All: true})
		b.mustSend(1, `{"a":3,"d":3}`)
		b.ledger.want(b.t, `commit {"a":1,"b":1}`, `commit {"c":2}`, `commit {"a":3,"d":3}`)
		if tree, _ := b.system.Subtree("/sensors"); tree.Restarts != 0 {
			t.Errorf("%d restarts", tree.Restarts)
		}
	})
}

func TestWhoHoldsAStreamWaitsForWhatIsBeingTakenAndThePublishersForThem(t *testing.T) {
	on(t, same, func(b *bench) {
		sub := b.stream.Subscribe(1, broker.Block, func() {})
		b.mustSend(0, `{"a":1}`)
		taken := make(chan error, 2)
		send := func(payload string) { taken <- b.inlet.Take(b.t.Context(), messages(0, payload)) }
		go send(`{"a":2}`)
		synctest.Wait() // for the reader
		ctx, cancel := context.WithTimeout(b.t.Context(), time.Second)
		defer cancel()
		if _, held := b.demand.Hold(ctx); held {
			t.Fatal("held while a message is being taken")
		}
		sub.Next()
		synctest.Wait()
		release, held := b.demand.Hold(ctx)
		if !held || len(taken) != 1 {
			t.Fatal("not held though nothing is being taken")
		}
		sub.Next()
		go send(`{"a":3}`)
		synctest.Wait()
		if len(taken) != 1 || sub.Next() != nil {
			t.Error("a message was taken while the stream is held")
		}
		release()
		release()
		synctest.Wait()
		if len(taken) != 2 || sub.Next() == nil {
			t.Error("no message was taken when the stream was released")
		}
	})
}
