package bacnet

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
)

// device is a compiled device. What it has learned belongs to the goroutine of its session.
type device struct {
	name    string
	address wire.Address // behind a router; zero: it is the endpoint
	options *DeviceOptions
	plans   []*plan
	points  map[string]*point

	session   *session  // the one that the rest was learned in
	peer      *peer     // nil: it is to be met
	heard     time.Time // when it answered last
	single    bool      // it does not have ReadPropertyMultiple
	most      int       // results in one answer; 0: as many as fit its APDU
	complaint string    // of who it is, told already
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no BACnet options: load the configuration with the driver's component", c.Name)
	}
	address, err := o.address()
	if err != nil {
		return nil, fmt.Errorf("device %s: %w", c.Name, err)
	}
	d := &device{name: c.Name, address: address, options: o, points: map[string]*point{}, most: o.MaxPerRequest}
	for g := range c.Groups {
		p := &plan{device: d}
		for i := range c.Groups[g].Tags {
			t := &c.Groups[g].Tags[i]
			at, flaw := newPoint(t)
			if flaw != nil {
				return nil, fmt.Errorf("device %s: tag %s: %w", c.Name, t.Name, flaw)
			}
			at.slot = i
			d.points[at.name] = at
			if at.readable {
				p.points = append(p.points, at)
			}
		}
		d.plans = append(d.plans, p)
	}
	return d, nil
}

// Plans is described at protocols.Device.
func (d *device) Plans() []protocols.Plan {
	plans := make([]protocols.Plan, len(d.plans))
	for i, p := range d.plans {
		plans[i] = p
	}
	return plans
}

// target is a point with its device.
type target struct {
	*point
	device *device
}

// Point is described at protocols.Device.
func (d *device) Point(name string) (protocols.Point, bool) {
	if p, ok := d.points[name]; ok {
		return &target{p, d}, true
	}
	return nil, false
}

// in forgets what was learned in another session.
func (d *device) in(s *session) {
	if d.session != s {
		d.session, d.peer, d.single, d.most, d.complaint = s, nil, false, d.options.MaxPerRequest, ""
	}
}

// plan is one group.
type plan struct {
	device *device
	points []*point // the readable ones
	asks   []ask    // of the scan in progress, one for each step
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int {
	if len(p.points) == 0 {
		return 0
	}
	return max(1, len(p.asks))
}
