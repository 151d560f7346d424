package s7

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
)

// device is a compiled device.
type device struct {
	name    string
	options *DeviceOptions
	plans   []protocols.Plan
	points  map[string]*point
	probe   pdu.Item // the cheapest read
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no S7 options: load the configuration with the driver's component", c.Name)
	}
	zone, err := protocols.ZoneOf(o.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("device %s: time_zone: %w", c.Name, err)
	}
	d := &device{name: c.Name, options: o, points: map[string]*point{}, probe: pdu.Item{Area: pdu.Markers, Count: 1}}
	for g := range c.Groups {
		tags := c.Groups[g].Tags
		points := make([]*point, len(tags))
		for i := range tags {
			p, flaw := newPoint(&tags[i], zone)
			if flaw != nil {
				return nil, fmt.Errorf("device %s: tag %s: %w", c.Name, tags[i].Name, flaw)
			}
			points[i], d.points[p.name] = p, p
		}
		d.plans = append(d.plans, newPlan(d, points))
	}
	return d, nil
}

// Plans is described at protocols.Device.
func (d *device) Plans() []protocols.Plan { return d.plans }

// Point is described at protocols.Device.
func (d *device) Point(name string) (protocols.Point, bool) {
	p, ok := d.points[name]
	return &target{p, d}, ok
}
