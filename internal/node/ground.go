package node

import (
	"context"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/tag"
)

// ground is the plant as far ends see it that speak to devices.
type ground struct{ node *Node }

var _ sinks.Plant = ground{}

// Devices is described at sinks.Plant.
func (g ground) Devices() []*config.Device {
	site := g.node.site()
	list := make([]*config.Device, len(site.Devices))
	for i := range site.Devices {
		list[i] = &site.Devices[i]
	}
	return list
}

// Sample is described at sinks.Plant.
func (g ground) Sample(device, name string) (tag.Sample, bool) { return g.node.Sample(device, name) }

// Write is described at sinks.Plant.
func (g ground) Write(ctx context.Context, device, name string, v tag.Value, by string) error {
	return g.node.writeFor(ctx, device, name, v, by)
}
