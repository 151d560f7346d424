package opcua

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
)

// device is a compiled device.
type device struct {
	plans   []*plan
	points  map[string]*point
	watched []*point // the readable ones of all groups, by the handle that the server is given
	widths  []int    // of the groups' rows
	scans   []time.Duration
	options *DeviceOptions
	memory  memory
}

// memory is what a device knows beyond a session. It may be used concurrently.
type memory struct {
	mutex     sync.Mutex
	perRead   int     // the most nodes that the server was found to read at once; 0: not known
	newest    []int64 // source time of each watched point; 0: none
	first     []int64 // source time of the first value of the present subscription; 0: none
	noHistory bool    // the server keeps none
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no OPC UA options: load the configuration with the driver's component", c.Name)
	}
	d := &device{points: map[string]*point{}, options: o}
	for g := range c.Groups {
		if err := d.addGroup(g, &c.Groups[g]); err != nil {
			return nil, fmt.Errorf("device %s: %w", c.Name, err)
		}
	}
	d.memory.newest, d.memory.first = make([]int64, len(d.watched)), make([]int64, len(d.watched))
	return d, nil
}

// addGroup compiles the tags of a group, and its plan.
func (d *device) addGroup(index int, group *config.Group) error {
	p := &plan{device: d, size: max(d.options.MaxPerRequest, 1)}
	for i := range group.Tags {
		at, flaw := newPoint(&group.Tags[i])
		if flaw != nil {
			return fmt.Errorf("tag %s: %w", group.Tags[i].Name, flaw)
		}
		at.group, at.slot = index, i
		d.points[at.name] = at
		if at.readable {
			p.points = append(p.points, at)
		}
	}
	d.plans = append(d.plans, p)
	d.watched = append(d.watched, p.points...)
	d.widths = append(d.widths, len(group.Tags))
	d.scans = append(d.scans, group.Scan)
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

// plan is the reads of one group, as requests of at most size nodes.
type plan struct {
	device *device
	points []*point
	size   int
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int { return (len(p.points) + p.size - 1) / p.size }

// step returns the points of a step.
func (p *plan) step(n int) []*point {
	from := min(n*p.size, len(p.points))
	return p.points[from:min(from+p.size, len(p.points))]
}

// keepTo takes the most nodes of a request over, before a scan begins.
func (p *plan) keepTo(limit int) {
	p.device.memory.mutex.Lock()
	defer p.device.memory.mutex.Unlock()
	p.size = max(p.device.options.MaxPerRequest, 1)
	for _, n := range [...]int{limit, p.device.memory.perRead} {
		if n > 0 {
			p.size = min(p.size, n)
		}
	}
}

// tooMany learns that the server does not read n nodes at once. It reports whether fewer can be tried.
func (m *memory) tooMany(n int) bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if n <= 1 {
		return false
	}
	m.perRead = n / 2
	return true
}
