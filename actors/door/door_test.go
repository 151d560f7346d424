package door_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/door"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// patience bounds waits that end as soon as what they wait for has come.
const patience = time.Minute

// inlet takes everything under a filter.
type inlet struct {
	filter string
	mu     sync.Mutex
	got    []string
}

func (i *inlet) Filter() string            { return i.filter }
func (i *inlet) Options() mqttd.TapOptions { return mqttd.TapOptions{} }
func (i *inlet) Take(_ context.Context, all []mqttd.Message) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, m := range all {
		i.got = append(i.got, m.Topic+" "+string(m.Payload))
	}
	return nil
}

func (i *inlet) all() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string(nil), i.got...)
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited for %s", what)
		}
	}
}

// open spawns a door and returns it with its system. It is closed when the test
// ends.
func open(t *testing.T, c door.Config) (*door.Door, *supervisor.System) {
	t.Helper()
	d := door.New(c)
	system := supervisor.New(supervisor.Options{Random: func() float64 { return 0 }})
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := system.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		if d.Broker() != nil {
			t.Error("a door that is closed has a broker")
		}
	})
	if _, err := system.Spawn(d.Spec()); err != nil {
		t.Fatal(err)
	}
	return d, system
}

func local() (mqttd.Config, error) {
	rights := mqttd.All()
	return mqttd.Config{Listeners: []mqttd.Listener{{Address: "127.0.0.1:0", Anonymous: &rights}}}, nil
}

// port waits for the broker, and returns where it listens.
func port(t *testing.T, d *door.Door) string {
	t.Helper()
	_, p := another(t, d, nil)
	return p
}

// another waits for another broker than the one before, and returns where it listens.
func another(t *testing.T, d *door.Door, before *mqttd.Broker) (b *mqttd.Broker, port string) {
	t.Helper()
	until(t, "the broker", func() bool {
		b = d.Broker()
		return b != nil && b != before
	})
	_, port, err := net.SplitHostPort(b.Addresses()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	return b, port
}

func TestMessagesOfClientsGoToTheInletOfTheirTopic(t *testing.T) {
	sensors, other := &inlet{filter: "sensors/+/climate"}, &inlet{filter: "other/#"}
	d, system := open(t, door.Config{MQTT: local, Inlets: []door.Inlet{sensors, other}})
	p := port(t, d)
	mosquittotest.Run(t, "mosquitto_pub", "-p", p, "-t", "sensors/7/climate", "-m", `{"a":1}`, "-q", "1")
	if got := strings.Join(sensors.all(), ","); got != `sensors/7/climate {"a":1}` || len(other.all()) != 0 {
		t.Errorf("got %s and %v", got, other.all())
	}
	until(t, "the state", func() bool {
		tree, _ := system.Subtree("/broker/mqtt")
		return tree.State == "listening" && strings.HasSuffix(tree.Detail, ":"+p)
	})
}

func TestABrokerThatIsRestartedHasItsTapsBeforeItsClients(t *testing.T) {
	in := &inlet{filter: "#"}
	d, system := open(t, door.Config{MQTT: local, Inlets: []door.Inlet{in}})
	first, _ := another(t, d, nil)
	if err := system.Restart(t.Context(), "/broker/mqtt"); err != nil {
		t.Fatal(err)
	}
	_, p := another(t, d, first)
	mosquittotest.Run(t, "mosquitto_pub", "-p", p, "-t", "a", "-m", "1", "-q", "1")
	if len(in.all()) != 1 {
		t.Errorf("got %v", in.all())
	}
}

func TestADoorThatCannotOpenTriesAgainAndSaysWhy(t *testing.T) {
	var mu sync.Mutex
	taken := true
	d, system := open(t, door.Config{MQTT: func() (mqttd.Config, error) {
		mu.Lock()
		defer mu.Unlock()
		if taken {
			return mqttd.Config{}, errors.New("the password is not there")
		}
		return local()
	}})
	until(t, "the failure", func() bool {
		tree, _ := system.Subtree("/broker/mqtt")
		return tree.LastFailure != nil && strings.Contains(tree.LastFailure.Cause, "the password is not there")
	})
	mu.Lock()
	taken = false
	mu.Unlock()
	port(t, d)
}

// group is a stream of a group of the boiler, and what publishes a row of it.
func group(t *testing.T, name string) (of door.Outlet, publish func(temperature float64)) {
	t.Helper()
	stream := "boiler." + name
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", stream), stream, tag.Field{Name: "temperature"})
	if err != nil {
		t.Fatal(err)
	}
	s := broker.New(nil).Stream(stream)
	topic, err := template.Parse("plant-7/boiler/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return door.Outlet{Stream: s, Topic: topic, Newest: true}, func(temperature float64) {
		b := tag.NewBuilder(schema, 1)
		b.Row(1_800_000_000_000_000_000)[0] = tag.FloatOf(temperature)
		if err := s.Offer(b.Batch()); err != nil {
			t.Error(err)
		}
	}
}

// tap taps the broker until the test ends, or the tap is closed.
func tap(t *testing.T, b *mqttd.Broker, filter string) (*inlet, *mqttd.Tap) {
	t.Helper()
	in := &inlet{filter: filter}
	tap, err := b.Tap(in.filter, mqttd.TapOptions{}, in.Take)
	if err != nil {
		t.Fatal(err)
	}
	return in, tap
}

func TestAGroupIsPublishedWhileSomebodySubscribesAndTheNewestRowAtOnce(t *testing.T) {
	climate, publish := group(t, "climate")
	d, _ := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{climate}})
	port(t, d)
	publish(20)
	publish(21)
	in, _ := tap(t, d.Broker(), "plant-7/+/climate")
	until(t, "the newest row", func() bool { return len(in.all()) == 1 })
	publish(22)
	until(t, "the next row", func() bool { return len(in.all()) == 2 })
	for i, want := range []string{"21", "22"} {
		row := fmt.Sprintf(`plant-7/boiler/climate {"temperature":%s,"ts":"2027-01-15T08:00:00Z"}`, want)
		if got := in.all()[i]; got != row {
			t.Errorf("got %s, want %s", got, row)
		}
	}
}

func TestAGroupThatNobodySubscribesToAnyMoreIsNotPublished(t *testing.T) {
	climate, publish := group(t, "climate")
	state, marker := group(t, "state")
	d, _ := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{climate, state}})
	port(t, d)
	marks, _ := tap(t, d.Broker(), state.Topic.String())
	in, first := tap(t, d.Broker(), climate.Topic.String())
	publish(1)
	until(t, "a row", func() bool { return len(in.all()) > 0 })
	first.Close()
	// A mark behind a row shows that the row has been dealt with.
	until(t, "the group to fall silent", func() bool {
		before, marked := d.Broker().Stats().Received, len(marks.all())
		publish(2)
		marker(3)
		until(t, "the mark", func() bool { return len(marks.all()) > marked })
		return d.Broker().Stats().Received-before == 1
	})
}

func TestGroupsArePublishedAgainAfterARestartOfTheBroker(t *testing.T) {
	climate, publish := group(t, "climate")
	d, system := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{climate}})
	first, _ := another(t, d, nil)
	if err := system.Restart(t.Context(), "/broker/mqtt"); err != nil {
		t.Fatal(err)
	}
	b, _ := another(t, d, first)
	in, _ := tap(t, b, "plant-7/#")
	publish(20)
	until(t, "a row", func() bool { return len(in.all()) > 0 })
}
