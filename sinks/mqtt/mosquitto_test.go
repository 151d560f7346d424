package mqtt

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestRowsArriveAtMosquittoInOrderAndAreAcknowledged(t *testing.T) {
	for _, qos := range []string{"0", "1", "2"} {
		t.Run("QoS "+qos, func(t *testing.T) {
			server := mosquittotest.Start(t)
			judge := server.Judge("plant-7/#")
			w := open(t, at(t, server, "topic: '{site}/{stream}'", "qos: "+qos, "window: 7"))
			schema, done := climate(t), newResults()
			for i := range 20 {
				if err := w.Send(t.Context(), batch(readings(t, schema, uint64(1+i*10), 10)), done.of(i)); err != nil {
					t.Fatal(err)
				}
			}
			done.wait(20)
			done.check(t, 20, acknowledged)
			for i, m := range judge.WaitFor(200) {
				if m.Topic != "plant-7/climate" || sequence(t, m.Payload) != i+1 {
					t.Fatalf("message %d is %+v", i, m)
				}
			}
			if err := w.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAMessageSaysWhatTheReceiverNeedsToProveCompleteness(t *testing.T) {
	server := mosquittotest.Start(t)
	judge := server.Judge("#")
	w := open(t, at(t, server, "topic: '{site}/{stream}'"))
	done := newResults()
	b := readings(t, climate(t), 41, 1)
	if err := w.Send(t.Context(), batch(b), done.of(0)); err != nil {
		t.Fatal(err)
	}
	gap := tag.Gap{First: b.Identity(0), Count: 12, Cause: tag.QuotaExceeded, At: noon}
	if err := w.Send(t.Context(), sinks.Delivery{Gap: &gap}, done.of(1)); err != nil {
		t.Fatal(err)
	}
	got := judge.WaitFor(2)
	id := "plant-7/" + climate(t).Stream().String() + "/3/41"
	if want := `{"temperature":21.5,"humidity":41,"ts":"2027-01-15T08:00:00Z","id":"` + id + `"}`; got[0].Payload != want {
		t.Errorf("row:\n got %s\nwant %s", got[0].Payload, want)
	}
	if want := `{"gap":{"first":"` + id + `","count":12,"cause":"quota exceeded","at":"2027-01-15T08:00:00Z"}}`; got[1].Payload != want {
		t.Errorf("gap:\n got %s\nwant %s", got[1].Payload, want)
	}
	if got[1].Topic != "plant-7/climate/gap" {
		t.Errorf("the gap is told on %s", got[1].Topic)
	}
	done.wait(2)
	done.check(t, 2, acknowledged)
}

func TestTheLastRowIsRetainedWhereThatIsAskedForAndAGapIsNot(t *testing.T) {
	server := mosquittotest.Start(t)
	w := open(t, at(t, server, "topic: '{site}/{stream}'", "retain: true"))
	done, b := newResults(), readings(t, climate(t), 1, 2)
	for i, d := range []sinks.Delivery{batch(b), {Gap: &tag.Gap{First: b.Identity(0), Count: 1}}} {
		if err := w.Send(t.Context(), d, done.of(i)); err != nil {
			t.Fatal(err)
		}
	}
	done.wait(2)
	server.Publish("plant-7/end", "end", "-r")
	judge := server.Judge("plant-7/#")
	for i, m := range judge.WaitFor(2) {
		if !m.Retained || m.Topic == "plant-7/climate" && sequence(t, m.Payload) != 2 || strings.HasSuffix(m.Topic, "/gap") {
			t.Errorf("message %d is %+v", i, m)
		}
	}
}

func TestMetadataCanStandInUserProperties(t *testing.T) {
	server := mosquittotest.Start(t)
	judge := server.Judge("#")
	w := open(t, at(t, server, "metadata: properties", "time_format: ms"))
	bad := tag.NewBuilder(climate(t), 1)
	row := bad.Row(noon)
	row[0], row[1] = tag.FloatOf(1).WithQuality(tag.BadTimeout), tag.IntOf(1)
	b := bad.Derived(tag.Backfill, 2).Committed(tag.Identity{Site: "plant-7", Incarnation: 3, Sequence: 9})
	if err := w.Send(t.Context(), batch(b), func(error) {}); err != nil {
		t.Fatal(err)
	}
	m := judge.WaitFor(1)[0]
	if m.Payload != `{"temperature":null,"humidity":1}` {
		t.Errorf("payload %s", m.Payload)
	}
	for _, want := range []string{
		"hops:2", "ts:1800000000000", "historical:true", "quality.temperature:BadTimeout",
		"id:plant-7/00000000-0000-0000-0000-000000000000/3/9",
	} {
		if !strings.Contains(m.Properties, want) {
			t.Errorf("no %s in %s", want, m.Properties)
		}
	}
}

func TestAKilledBrokerFailsEveryDeliveryOnTheWayOnceAndNothingIsLost(t *testing.T) {
	server := mosquittotest.Start(t)
	judge := server.Judge("plant-7/#")
	o := at(t, server, "topic: '{site}/{stream}'")
	schema, done := climate(t), newResults()
	w := open(t, o)
	if err := w.Send(t.Context(), batch(readings(t, schema, 1, 5)), done.of(0)); err != nil {
		t.Fatal(err)
	}
	done.wait(1)
	judge.WaitFor(5)
	server.Pause() // what is sent now is on the way and stays there
	for i := 1; i <= 10; i++ {
		if err := w.Send(t.Context(), batch(readings(t, schema, uint64(1+i*5), 5)), done.of(i)); err != nil {
			t.Fatal(err)
		}
	}
	judge.Down()
	server.Kill()
	<-w.Lost()
	done.wait(11)
	server.Up()
	judge = server.Judge("plant-7/#")
	again := newResults()
	w = open(t, o)
	for i := 1; i <= 10; i++ {
		if err := w.Send(t.Context(), batch(readings(t, schema, uint64(1+i*5), 5)), again.of(i-1)); err != nil {
			t.Fatal(err)
		}
	}
	again.wait(10)
	again.check(t, 10, acknowledged)
	for i, m := range judge.WaitFor(50) {
		if sequence(t, m.Payload) != i+6 {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
	}
	done.mu.Lock()
	defer done.mu.Unlock()
	for i := 1; i <= 10; i++ {
		if calls := done.calls[i]; len(calls) != 1 || !transient(calls[0]) {
			t.Errorf("delivery %d was done with %v", i, calls)
		}
	}
}

func TestABrokerThatWasStoppedAndStartedKeepsWhatItAcknowledged(t *testing.T) {
	server := mosquittotest.Start(t)
	judge := server.Judge("plant-7/#")
	judge.Down()
	o := at(t, server, "topic: '{site}/{stream}'")
	schema, done := climate(t), newResults()
	w := open(t, o)
	for i := range 10 {
		if err := w.Send(t.Context(), batch(readings(t, schema, uint64(1+i*100), 100)), done.of(i)); err != nil {
			t.Fatal(err)
		}
	}
	done.wait(10)
	done.check(t, 10, acknowledged)
	server.Stop()
	<-w.Lost()
	server.Up()
	judge.Up()
	for i, m := range judge.WaitFor(1000) {
		if sequence(t, m.Payload) != i+1 {
			t.Fatalf("message %d is %s", i, m.Payload)
		}
	}
}

func TestAPausedBrokerIsGivenUp(t *testing.T) {
	server := mosquittotest.Start(t)
	w := open(t, at(t, server, "keep_alive: 1s"))
	server.Pause()
	if err := fate(t, w, batch(readings(t, climate(t), 1, 1))); !transient(err) || !errors.Is(err, errSilent) {
		t.Errorf("a delivery into the silence: %v", err)
	}
	<-w.Lost()
	server.Resume()
}

func TestSendWaitsWhileTheWindowIsFullAndEndsWithItsContext(t *testing.T) {
	server := mosquittotest.Start(t)
	w := open(t, at(t, server, "window: 2"))
	server.Pause()
	done := newResults()
	if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 2)), done.of(0)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	shift := errors.New("end of shift")
	stop := context.AfterFunc(ctx, func() {})
	defer stop()
	go cancel(shift)
	if err := w.Send(ctx, batch(readings(t, climate(t), 3, 1)), done.of(1)); !errors.Is(err, shift) {
		t.Fatalf("Send ended with %v", err)
	}
	server.Resume()
	done.wait(1)
	done.check(t, 1, acknowledged)
	if len(done.calls[1]) != 0 {
		t.Error("done was called for a delivery that Send refused")
	}
}

func TestALogInThatIsRefusedIsPermanentAndNamesTheKeyAndNoSecret(t *testing.T) {
	server := mosquittotest.Start(t)
	o := at(t, server)
	t.Setenv("LINE_PASSWORD", "open sesame")
	_, err := New().Open(t.Context(), target(o))
	if !permanent(err) || !strings.Contains(err.Error(), server.URL()) || !strings.Contains(err.Error(), "username and password") {
		t.Errorf("open: %v", err)
	}
	if strings.Contains(err.Error(), "sesame") {
		t.Errorf("the error tells the password: %v", err)
	}
}

func TestAMissingRightToPublishKeepsTheData(t *testing.T) {
	acl := t.TempDir() + "/acl"
	writeFile(t, acl, "user "+mosquittotest.User+"\ntopic read #\n")
	server := mosquittotest.Start(t, "acl_file "+acl)
	if err := fate(t, open(t, at(t, server)), batch(readings(t, climate(t), 1, 3))); !transient(err) || !strings.Contains(err.Error(), "access list") {
		t.Errorf("got %v", err)
	}
}

// What docs/sinks/mqtt.md warns of: mosquitto acknowledges what it discards.
func TestAMissingRightToPublishIsNotToldInMQTT311(t *testing.T) {
	acl := t.TempDir() + "/acl"
	writeFile(t, acl, "user "+mosquittotest.User+"\ntopic read #\n")
	server := mosquittotest.Start(t, "acl_file "+acl)
	w := open(t, at(t, server, "version: 3.1.1"))
	done := newResults()
	if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 3)), done.of(0)); err != nil {
		t.Fatal(err)
	}
	done.wait(1)
	done.check(t, 1, acknowledged)
}

func TestAMessageLargerThanTheBrokerTakesIsRefusedBeforeItIsSent(t *testing.T) {
	server := mosquittotest.Start(t, "max_packet_size 200")
	judge := server.Judge("#")
	w := open(t, at(t, server, "topic: "+strings.Repeat("t", 200)))
	done := newResults()
	if err := w.Send(t.Context(), batch(readings(t, climate(t), 1, 1)), done.of(0)); err != nil {
		t.Fatal(err)
	}
	done.wait(1)
	done.check(t, 1, permanent)
	server.Publish("after", "all") // the connection of the judge is unharmed, and nothing came before this
	if m := judge.WaitFor(1)[0]; m.Topic != "after" {
		t.Errorf("got %+v", m)
	}
}
