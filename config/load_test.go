package config_test

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
)

func TestTheAcceptanceSceneIsReadAsItIsWritten(t *testing.T) {
	site, err := config.Load("testdata/plant-7.yaml", testCatalog(t))
	if err != nil {
		t.Fatal(err)
	}
	boiler := site.Device("boiler")
	if site.Name != "plant-7" || site.Broker.Listen != "127.0.0.1:1883" || boiler == nil {
		t.Fatalf("site %+v", site)
	}
	if unit := boiler.Options.(*unitOptions); unit.Unit != 1 || unit.Timeout != time.Second {
		t.Errorf("device options %+v", unit)
	}
	if line := boiler.EndpointOptions.(*lineOptions); line.Baud != 9600 {
		t.Errorf("endpoint options %+v", line)
	}
	climate := boiler.Groups[0]
	if climate.Scan != 100*time.Millisecond || !climate.History || len(climate.Tags) != 3 {
		t.Errorf("group %+v", climate)
	}
	temperature, valve := boiler.Tag("temperature"), boiler.Tag("valve")
	if o := temperature.Options.(*registerOptions); o.Address != (register{"holding", 0}) || o.Type != "int16" {
		t.Errorf("tag options %+v", o)
	}
	if temperature.Address != "holding:0" || temperature.Scale != 0.1 || temperature.Unit != "°C" || temperature.Access.Writable() {
		t.Errorf("tag %+v", temperature)
	}
	if !valve.Access.Writable() || *valve.Min != 0 || *valve.Max != 100 || valve.Scale != 1 {
		t.Errorf("tag %+v", valve)
	}
	if s := site.Streams[0]; s.MQTT.Topic != "sensors/+/climate" || s.MQTT.QoS != 1 || !s.MQTT.IsOwn() {
		t.Errorf("stream %+v", s)
	}
	if to := site.Rules[0].To; len(to) != 1 || to[0].Sink != "line" {
		t.Errorf("target %+v", to)
	}
	if to := site.Rules[1].To; len(to) != 1 || to[0].Write != "boiler" || to[0].Trigger != config.OnEdge || to[0].Deadline != 5*time.Second {
		t.Errorf("target %+v", to)
	}
	line := site.Sink("line").Options.(*mqttOptions)
	if line.URL.Host() != "127.0.0.1:1884" || line.Password.String() != "env:LINE_PASSWORD" {
		t.Errorf("sink options %+v", line)
	}
}
