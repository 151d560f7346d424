package iec61850

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
)

// device is a compiled device. But for what its plans learn of a session it is immutable.
type device struct {
	name    string
	options *DeviceOptions
	plans   []*plan
	points  map[string]*point
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no IEC 61850 options: load the configuration with the driver's component", c.Name)
	}
	d := &device{name: c.Name, options: o, points: map[string]*point{}}
	for g := range c.Groups {
		if err := d.addGroup(g, &c.Groups[g]); err != nil {
			return nil, fmt.Errorf("device %s: %w", c.Name, err)
		}
	}
	return d, nil
}

// addGroup compiles the tags of a group, and its plan.
func (d *device) addGroup(index int, group *config.Group) error {
	p := &plan{device: d}
	for i := range group.Tags {
		at, flaw := newPoint(&group.Tags[i])
		if flaw != nil {
			return fmt.Errorf("tag %s: %s: %w", group.Tags[i].Name, flaw.key, flaw.err)
		}
		at.device, at.group, at.slot = d, index, i
		d.points[at.name] = at
		if at.readable {
			p.points = append(p.points, at)
		}
	}
	d.plans = append(d.plans, p)
	return nil
}

// Plans is described at protocols.Device.
func (d *device) Plans() []protocols.Plan {
	plans := make([]protocols.Plan, len(d.plans))
	for i, p := range d.plans {
		plans[i] = p
	}
	return plans
}

// Point is described at protocols.Device.
func (d *device) Point(name string) (protocols.Point, bool) {
	p, ok := d.points[name]
	return p, ok
}

// plan is the reads of one group. What they are is known once the device has told its types.
type plan struct {
	device *device
	points []*point
	ready  *prepared // nil: not yet
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int {
	switch {
	case len(p.points) == 0:
		return 0
	case p.ready == nil:
		return 1
	default:
		return max(1, len(p.ready.requests))
	}
}
