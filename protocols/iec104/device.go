package iec104

import (
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
)

// device is a compiled device: the objects of one common address. But for its memory it is immutable.
type device struct {
	name      string
	station   uint16
	options   *DeviceOptions
	zone      *time.Location
	plans     []*plan
	points    map[string]*point
	watched   []*point         // the readable ones of all groups
	byAddress map[uint32][]int // of watched
	widths    []int            // of the groups' rows
	counts    bool             // a tag is a counter
	memory    memory
}

// memory is what a device knows beyond a session. It may be used concurrently.
type memory struct {
	mutex  sync.Mutex
	unread bool // the station answers no reads of single objects
}

// reads reports whether the station is asked for single objects.
func (m *memory) reads() bool {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return !m.unread
}

// unable learns that it does not answer them.
func (m *memory) unable() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.unread = true
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no IEC 104 options: load the configuration with the driver's component", c.Name)
	}
	if o.Station < 1 || o.Station >= apdu.AllStations {
		return nil, fmt.Errorf("device %s: station %d is no common address: want 1 to 65534", c.Name, o.Station)
	}
	zone, err := protocols.ZoneOf(o.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("device %s: time_zone: %w", c.Name, err)
	}
	d := &device{
		name: c.Name, station: uint16(o.Station), options: o, zone: zone, points: map[string]*point{}, byAddress: map[uint32][]int{},
	}
	for g := range c.Groups {
		if err := d.addGroup(g, &c.Groups[g]); err != nil {
			return nil, fmt.Errorf("device %s: %w", c.Name, err)
		}
	}
	return d, nil
}

// addGroup compiles the tags of a group, and its plan.
func (d *device) addGroup(index int, group *config.Group) error {
	p := &plan{device: d, group: index}
	for i := range group.Tags {
		at, flaw := newPoint(&group.Tags[i])
		if flaw != nil {
			return fmt.Errorf("tag %s: %w", group.Tags[i].Name, flaw)
		}
		at.group, at.slot = index, i
		d.points[at.name] = at
		if !at.readable {
			continue
		}
		p.reads = true
		p.counts = p.counts || at.form.element == apdu.BCR
		d.byAddress[at.address] = append(d.byAddress[at.address], len(d.watched))
		d.watched = append(d.watched, at)
	}
	d.counts = d.counts || p.counts
	d.plans = append(d.plans, p)
	d.widths = append(d.widths, len(group.Tags))
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
	if p, ok := d.points[name]; ok {
		return &target{p, d}, true
	}
	return nil, false
}

// plan is one group: an interrogation, and a request of counters where it has some.
type plan struct {
	device        *device
	group         int
	reads, counts bool
}

// Steps is described at protocols.Plan.
func (p *plan) Steps() int {
	switch {
	case !p.reads:
		return 0
	case p.counts:
		return 2
	default:
		return 1
	}
}
