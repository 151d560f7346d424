package subscription_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/subscription"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// patience bounds waits that end as soon as what they wait for has come.
const patience = time.Minute

// far is a subscription to mosquitto.
type far struct {
	t      *testing.T
	server *mosquittotest.Server
	ledger ledger
	meter  subscription.Meter
	system *supervisor.System
	reader *broker.Subscription
}

// read reads the keys of a stream as a configuration would hold them.
func read(t *testing.T, keys string) *config.Stream {
	t.Helper()
	catalog, err := config.NewCatalog(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := "site: plant-7\nstreams: [{name: sensors, mqtt: {" + keys + "}}]\n"
	site, err := config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
	if err != nil {
		t.Fatal(err)
	}
	return &site.Streams[0]
}

// subscribe runs a subscription until the test ends; keys are those of mqtt.
func subscribe(t *testing.T, server *mosquittotest.Server, keys string) *far {
	t.Helper()
	t.Setenv("UPSTREAM_PASSWORD", mosquittotest.Password)
	t.Setenv("WRONG_PASSWORD", "hunter2")
	if !strings.Contains(keys, "password:") {
		keys += `, password: "env:UPSTREAM_PASSWORD"`
	}
	s := read(t, fmt.Sprintf(`url: %q, username: %s, keep_alive: 5s, %s`, server.URL(), mosquittotest.User, keys))
	f := &far{t: t, server: server}
	bus := broker.New(&f.ledger)
	bus.Stream("sensors").SetLogged(true)
	f.reader = bus.Stream("sensors").Subscribe(16, broker.DropOldest, func() {})
	f.system = supervisor.New(supervisor.Options{Random: func() float64 { return 0 }})
	t.Cleanup(f.close)
	env := subscription.Env{
		Site: "plant-7", System: f.system, Bus: bus, Now: time.Now, Logger: slog.New(slog.DiscardHandler),
		Meter: func(string) *subscription.Meter { return &f.meter }, Refused: func(string, error) {},
	}
	if _, err := f.system.Spawn(subscription.Spec(env, subscription.Config{Stream: s, Demand: subscription.NewDemand(subscription.Columns{All: true})})); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *far) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := f.system.Shutdown(ctx); err != nil {
		f.t.Error(err)
	}
}

// until waits for a condition.
func (f *far) until(what string, holds func() bool) {
	f.t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			tree, _ := f.system.Subtree("/sensors")
			f.t.Fatalf("waited for %s; it is %s, %v", what, tree.State, tree.LastFailure)
		}
	}
}

func (f *far) tree() supervisor.Tree {
	tree, _ := f.system.Subtree("/sensors")
	return tree
}

func (f *far) receiving() {
	f.t.Helper()
	f.until("the subscription", func() bool { return f.tree().State == "receiving" })
}

// kept is what the log got, without how.
func (f *far) kept() string {
	f.ledger.mu.Lock()
	defer f.ledger.mu.Unlock()
	var rows []string
	for _, k := range f.ledger.kept {
		_, row, _ := strings.Cut(k, " ")
		rows = append(rows, row)
	}
	return strings.Join(rows, "")
}

// batch returns the next batch that a reader gets.
func (f *far) batch() (b *tag.Batch) {
	f.t.Helper()
	f.until("a batch", func() bool {
		b = f.reader.Next()
		return b != nil
	})
	return b
}

func (f *far) wants(rows string) {
	f.t.Helper()
	f.until(rows, func() bool { return len(f.kept()) >= len(rows) })
	if got := f.kept(); got != rows {
		f.t.Errorf("the log got %s, want %s", got, rows)
	}
}

func versions(t *testing.T, test func(t *testing.T, version string)) {
	t.Helper()
	for _, v := range []string{"5", "3.1.1"} {
		t.Run("MQTT "+v, func(t *testing.T) { test(t, `version: "`+v+`"`) })
	}
}

func TestMessagesOfAnotherBrokerBecomeRows(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		f := subscribe(t, mosquittotest.Start(t), "topic: s/+, qos: 2, "+version)
		f.receiving()
		for qos := range 3 {
			f.server.Publish("s/1", fmt.Sprintf(`{"a":%d}`, qos), "-q", fmt.Sprint(qos))
		}
		f.wants(`{"a":0}{"a":1}{"a":2}`)
	})
}

func TestWhatTheDiskRefusesComesAgainOnTheNextConnection(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		f := subscribe(t, mosquittotest.Start(t), "topic: s/+, qos: 1, "+version)
		f.receiving()
		f.ledger.on(func() error { return errors.New("disk full") })
		f.server.Publish("s/1", `{"a":1}`, "-q", "1")
		f.until("a failure", func() bool { return f.meter.Untaken.Load() > 0 })
		f.ledger.on(nil)
		f.wants(`{"a":1}`)
		f.receiving()
		f.server.Publish("s/1", `{"a":2}`, "-q", "1")
		f.wants(`{"a":1}{"a":2}`)
	})
}

func TestABrokerThatDiesIsFoundAgainAndWhatItKeptComes(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		f := subscribe(t, mosquittotest.Start(t), "topic: s/+, qos: 1, "+version)
		f.receiving()
		f.server.Stop() // it saves the session
		f.until("the loss", func() bool { return f.tree().LastFailure != nil })
		if err := f.system.Stop(t.Context(), "/sensors"); err != nil {
			t.Fatal(err)
		}
		f.server.Up()
		f.server.Publish("s/1", `{"a":1}`, "-q", "1") // while nobody is there
		if err := f.system.Start(t.Context(), "/sensors"); err != nil {
			t.Fatal(err)
		}
		f.wants(`{"a":1}`)
	})
}

func TestRefusedCredentialsAreNotTriedHotAndNotTold(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		f := subscribe(t, mosquittotest.Start(t), `topic: s/+, password: "env:WRONG_PASSWORD", `+version)
		failure := f.tree().LastFailure
		f.until("the refusal", func() bool { // a broker that is slow to start may have failed it before
			failure = f.tree().LastFailure
			return failure != nil && strings.Contains(failure.Cause, "check username and password")
		})
		if !failure.Permanent || !strings.Contains(failure.Cause, f.server.URL()) {
			t.Errorf("got %+v", failure)
		}
		if strings.Contains(failure.Cause, "hunter2") {
			t.Error("the password is told")
		}
	})
}

func TestWhatABrokerHasRetainedIsTakenWhereItIsWantedAndIsNotLive(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		server := mosquittotest.Start(t)
		server.Publish("s/1", `{"a":1}`, "-r", "-q", "1")
		f := subscribe(t, server, "topic: s/+, retained: true, "+version)
		f.wants(`{"a":1}`)
		if b := f.batch(); b.Origin() != tag.Backfill {
			t.Errorf("its origin is %v", b.Origin())
		}
		f.close()
		f = subscribe(t, server, "topic: s/+, client_id: other, "+version)
		f.receiving()
		server.Publish("s/1", `{"a":2}`, "-q", "1")
		f.wants(`{"a":2}`)
	})
}

func TestTheSubscriptionOfAnEarlierConfigurationPutsNothingIntoTheStream(t *testing.T) {
	versions(t, func(t *testing.T, version string) {
		server := mosquittotest.Start(t)
		f := subscribe(t, server, "topic: before/+, "+version)
		f.receiving()
		f.close()
		f = subscribe(t, server, "topic: after/+, "+version)
		f.receiving()
		server.Publish("before/1", `{"a":1}`, "-q", "1")
		server.Publish("after/1", `{"a":2}`, "-q", "1")
		f.wants(`{"a":2}`)
		f.until("the count", func() bool { return f.meter.Unwanted.Load() == 1 })
	})
}

func TestASilentBrokerIsGivenUpAndTriedAgain(t *testing.T) {
	server := mosquittotest.Start(t)
	f := subscribe(t, server, "topic: s/+")
	f.receiving()
	server.Pause()
	f.until("the loss", func() bool { return f.tree().LastFailure != nil })
	server.Resume()
	f.receiving()
	server.Publish("s/1", `{"a":1}`, "-q", "1")
	f.wants(`{"a":1}`)
}
