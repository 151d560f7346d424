package mqttd_test

import (
	"context"
	"errors"
	"testing"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

func TestNobodyIsLetInBeforeTheTapsAreThere(t *testing.T) {
	prepared := false
	b := start(t, func(c *mqttd.Config) {
		c.Prepare = func(b *mqttd.Broker) error {
			prepared = len(b.Addresses()) == 0
			_, err := b.Tap("#", mqttd.TapOptions{}, func(context.Context, []mqttd.Message) error { return nil })
			return err
		}
	})
	if !prepared || !b.Subscribed("any") {
		t.Error("the broker listened before it was prepared, or has no tap")
	}
}

func TestABrokerThatCannotBePreparedIsNotStarted(t *testing.T) {
	no := errors.New("no")
	_, err := mqttd.Start(mqttd.Config{
		Listeners: []mqttd.Listener{{Address: "127.0.0.1:0"}},
		Prepare:   func(*mqttd.Broker) error { return no },
	})
	if !errors.Is(err, no) {
		t.Fatalf("got %v", err)
	}
}
