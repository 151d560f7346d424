package node

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	bought "github.com/simonvetter/modbus"

	"github.com/holdfast-edge/holdfast/config"
)

// shown is a device whose tags a server shows.
const shown = `
site: plant-7
console: {listen: "127.0.0.1:0"}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    groups: [{name: g, scan: 20ms, tags: [
      {name: temperature, address: "holding:0", type: int16, scale: 0.1},
      {name: valve, address: "holding:1", access: rw, min: 0, max: 100},
      {name: gone, address: "holding:50", access: rw}]}]
servers:
  - {name: scada, type: modbus, listen: "127.0.0.1:0", tags: [
      {tag: boiler.temperature, address: "input:0", type: float32}, {tag: boiler.valve, address: "holding:0", access: rw},
      {tag: boiler.gone, address: "holding:1", access: rw}]}
`

func TestAServersClientReadsTagsAndWritesByTheirLimits(t *testing.T) {
	n, unit := boiler(t, shown)
	unit.SetHolding(0, 215, 7)
	holds(t, "the server listens", func() bool { return n.Servers()[0].Listening != "" })
	client, err := bought.NewClient(&bought.ClientConfiguration{
		URL: "tcp://" + n.Servers()[0].Listening, Timeout: time.Minute, Logger: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Open(); err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	holds(t, "the temperature is read", func() bool {
		v, err := client.ReadFloat32(0, bought.INPUT_REGISTER)
		return err == nil && v == 21.5
	})
	if err := client.WriteRegister(0, 42); err != nil || unit.Holding(1) != 42 {
		t.Errorf("written: %d, %v", unit.Holding(1), err)
	}
	if err := client.WriteRegister(0, 101); !errors.Is(err, bought.ErrIllegalDataValue) || unit.Holding(1) != 42 {
		t.Errorf("beyond its limit: %d, %v", unit.Holding(1), err)
	}
	if _, err := client.ReadRegister(1, bought.HOLDING_REGISTER); !errors.Is(err, bought.ErrServerDeviceFailure) {
		t.Errorf("a Bad value reads as %v", err)
	}
	if err := client.WriteRegister(1, 5); !errors.Is(err, bought.ErrIllegalDataValue) {
		t.Errorf("what the device refuses: %v", err)
	}
	if s := n.Servers()[0]; s.Writes != 1 || s.Refused < 3 || s.State == "stopped" {
		t.Errorf("%+v", s)
	}
}

func TestAServerShowsOnlyWhatThereIs(t *testing.T) {
	c := components(t)
	for was, is := range map[string]string{
		"tag: boiler.temperature": "tag: boiler.pressure", "tag: boiler.valve": "tag: kettle.valve",
		"access: rw, min: 0": "min: 0", // a tag that cannot be written is to be shown as one that can
	} {
		text := strings.Replace(fmt.Sprintf(shown, "127.0.0.1:1"), was, is, 1)
		_, err := c.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
		if err == nil || !strings.Contains(err.Error(), "servers[0].tags[") {
			t.Errorf("%s: %v", is, err)
		}
	}
}
