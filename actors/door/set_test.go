package door_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/actors/door"
	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
)

func TestADoorThatIsSetAnewKeepsItsClientsAndTheTapsThatStay(t *testing.T) {
	stays, goes, comes := &inlet{filter: "stays"}, &inlet{filter: "goes"}, &inlet{filter: "comes"}
	d, system := open(t, door.Config{MQTT: local, Inlets: []door.Inlet{stays, goes}})
	first, p := another(t, d, nil)
	if err := d.Set(t.Context(), system, door.Config{MQTT: local, Inlets: []door.Inlet{stays, comes}}); err != nil {
		t.Fatal(err)
	}
	for _, topic := range []string{"stays", "goes", "comes"} {
		mosquittotest.Run(t, "mosquitto_pub", "-p", p, "-t", topic, "-m", "1", "-q", "1")
	}
	if len(stays.all()) != 1 || len(goes.all()) != 0 || len(comes.all()) != 1 {
		t.Errorf("got %v, %v, %v", stays.all(), goes.all(), comes.all())
	}
	if d.Broker() != first {
		t.Error("the broker was restarted")
	}
}

func TestADoorThatIsSetAnewPublishesOtherGroups(t *testing.T) {
	climate, _ := group(t, "climate")
	state, publish := group(t, "state")
	d, system := open(t, door.Config{MQTT: local, Outlets: []door.Outlet{climate}})
	port(t, d)
	if err := d.Set(t.Context(), system, door.Config{MQTT: local, Outlets: []door.Outlet{state}}); err != nil {
		t.Fatal(err)
	}
	publish(20)
	in, _ := tap(t, d.Broker(), state.Topic.String())
	until(t, "the newest row", func() bool { return len(in.all()) == 1 })
}

func TestABrokerThatIsMadeOfSomethingElseIsStartedAnew(t *testing.T) {
	d, system := open(t, door.Config{MQTT: local, Made: "a"})
	first, _ := another(t, d, nil)
	if err := d.Set(t.Context(), system, door.Config{MQTT: local, Made: "b"}); err != nil {
		t.Fatal(err)
	}
	another(t, d, first)
}
