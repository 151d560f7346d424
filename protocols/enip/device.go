package enip

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
)

// device is a compiled device: some of the tags of a controller.
type device struct {
	name    string
	timeout time.Duration
	plans   []protocols.Plan
	points  map[string]*point

	// Of the session's goroutine.
	alone bool // learnt: the controller takes no several requests in one
	plain bool // it keeps the elements of arrays of BOOL one by one
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no EtherNet/IP options: load the configuration with the driver's component", c.Name)
	}
	d := &device{name: c.Name, timeout: o.Timeout, points: map[string]*point{}}
	for g := range c.Groups {
		tags := c.Groups[g].Tags
		read := make([]*point, len(tags))
		for i := range tags {
			p, flaw := newPoint(&tags[i])
			if flaw != nil {
				return nil, fmt.Errorf("device %s: tag %s: %w", c.Name, tags[i].Name, flaw)
			}
			d.points[p.name] = p
			if p.readable {
				read[i] = p
			}
		}
		d.plans = append(d.plans, newPlan(d, read))
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
