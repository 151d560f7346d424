package door_test

import (
	"slices"
	"testing"

	"github.com/holdfast-edge/holdfast/actors/door"
	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// alarms is a stream of a rule, and what publishes rows of it.
func alarms(t *testing.T, o door.Outlet, topic, payload string) (of door.Outlet, publish func(machine string, n int64)) {
	t.Helper()
	schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "alarms"), "alarms", tag.Field{Name: "machine"}, tag.Field{Name: "n"})
	if err != nil {
		t.Fatal(err)
	}
	for into, text := range map[*template.Template]string{&o.Topic: topic, &o.Payload: payload} {
		if *into, err = template.Parse(text); err != nil {
			t.Fatal(err)
		}
	}
	o.Stream, o.Site = broker.New(nil).Stream("alarms"), "plant-7"
	return o, func(machine string, n int64) {
		b := tag.NewBuilder(schema, 1)
		row := b.Row(1_800_000_000_000_000_000)
		row[0], row[1] = tag.StringOf(machine), tag.IntOf(n)
		if err := o.Stream.Offer(b.Derived(tag.Live, 1)); err != nil {
			t.Error(err)
		}
	}
}

func TestARowIsPublishedOnTheTopicThatItsFieldsMake(t *testing.T) {
	o, publish := alarms(t, door.Outlet{QoS: 1}, "{site}/{stream}/{machine}", `{{"n":{n},"at":{ts},"of":{machine},"all":{row}}}`)
	d, _ := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{o}})
	port(t, d)
	in, _ := tap(t, d.Broker(), "plant-7/alarms/+")
	until(t, "the outlet", func() bool { return o.Stream.Subscriptions() > 0 })
	publish("press 3", 1)
	publish("a/b#", 2)
	until(t, "the rows", func() bool { return len(in.all()) == 2 })
	want := []string{
		`plant-7/alarms/press 3 {"n":1,"at":"2027-01-15T08:00:00Z","of":"press 3","all":{"machine":"press 3","n":1}}`,
		`plant-7/alarms/a_b_ {"n":2,"at":"2027-01-15T08:00:00Z","of":"a/b#","all":{"machine":"a/b#","n":2}}`,
	}
	if got := in.all(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestARetainedRowIsThereForWhoComesLater(t *testing.T) {
	o, publish := alarms(t, door.Outlet{Retain: true}, "alarms/{machine}", "{n}")
	d, _ := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{o}})
	port(t, d)
	until(t, "the outlet", func() bool { return o.Stream.Subscriptions() > 0 })
	publish("a", 1)
	publish("a", 2)
	publish("b", 3)
	until(t, "the retained", func() bool { return d.Broker().Stats().Retained == 2 })
}

func TestARowThatCannotBePublishedIsTold(t *testing.T) {
	refused := make(chan error, 10)
	long := string(make([]byte, 5000))
	o, publish := alarms(t, door.Outlet{Retain: true, Refused: func(err error) { refused <- err }}, "{machine}", "")
	d, _ := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{o}})
	port(t, d)
	until(t, "the outlet", func() bool { return o.Stream.Subscriptions() > 0 })
	publish(long, 1)
	if err := <-refused; err == nil {
		t.Error("a topic of 5,000 bytes is published")
	}
}
