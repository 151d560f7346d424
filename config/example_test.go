package config_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
)

// probeOptions are what the driver of the example adds to a device.
type probeOptions struct {
	Timeout time.Duration `yaml:"timeout" default:"1s" min:"1ms" doc:"How long to wait for an answer."`
}

// channelOptions are what it adds to a tag.
type channelOptions struct {
	Address channel `yaml:"address" required:"true" doc:"The channel." example:"ch1"`
}

// channel is an address that reads and writes itself.
type channel string

func (c *channel) UnmarshalText(text []byte) error {
	if !strings.HasPrefix(string(text), "ch") {
		return &config.Problem{What: fmt.Sprintf("%q is not a channel", text), Fix: "want chN"}
	}
	*c = channel(text)
	return nil
}

func (c channel) MarshalText() ([]byte, error) { return []byte(c), nil }

// A driver declares its keys as structs; its options come back decoded, and what is wrong with them has its place.
func ExampleParse() {
	catalog, err := config.NewCatalog([]config.Driver{{
		Name: "probe", Doc: "Reads a probe.", Schemes: []string{"tcp"}, Device: probeOptions{}, Tag: channelOptions{},
	}}, nil)
	if err != nil {
		panic(err)
	}
	const text = `site: plant-7
devices:
  - name: furnace
    driver: probe
    endpoint: tcp://192.0.2.30:4000
    groups: [{name: heat, tags: [{name: temperature, address: ch1}]}]
`
	site, err := config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}}, catalog)
	if err != nil {
		panic(err)
	}
	furnace := site.Device("furnace")
	fmt.Println(furnace.Options.(*probeOptions).Timeout, furnace.Tag("temperature").Options.(*channelOptions).Address)

	_, err = config.Parse([]config.Source{{Name: "site.yaml", Data: []byte(strings.Replace(text, "ch1", "hc1", 1))}}, catalog)
	fmt.Println(err)
	// Output:
	// 1s ch1
	// site.yaml:6:63: devices[0].groups[0].tags[0].address: "hc1" is not a channel: want chN
}
