package iec61850

import (
	"bytes"
	"fmt"
	"sync"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// device is a compiled device. But for what its plans learn of a session it is immutable.
type device struct {
	name    string
	options *DeviceOptions
	plans   []*plan
	points  map[string]*point
	widths  []int // of the groups' rows
	scans   []time.Duration
	memory  memory
}

// memory is what a device knows beyond a session. It may be used concurrently.
type memory struct {
	mutex   sync.Mutex
	entries map[mms.Name][]byte // the EntryID that came last from each buffered block
}

// came notes the entry that came last.
func (m *memory) came(block mms.Name, entry []byte) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.entries[block] = append(m.entries[block][:0], entry...)
}

// entry returns the entry that came last; nil where there was none.
func (m *memory) entry(block mms.Name) []byte {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return bytes.Clone(m.entries[block])
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no IEC 61850 options: load the configuration with the driver's component", c.Name)
	}
	d := &device{name: c.Name, options: o, points: map[string]*point{}, memory: memory{entries: map[mms.Name][]byte{}}}
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
			return fmt.Errorf("tag %s: %w", group.Tags[i].Name, flaw)
		}
		at.device, at.group, at.slot = d, index, i
		d.points[at.name] = at
		if at.readable {
			p.points = append(p.points, at)
		}
	}
	d.plans = append(d.plans, p)
	d.widths, d.scans = append(d.widths, len(group.Tags)), append(d.scans, group.Scan)
	return nil
}

// readable returns the tags that are read.
func (d *device) readable() (points []*point) {
	for _, p := range d.plans {
		points = append(points, p.points...)
	}
	return points
}

// wanted returns the report control blocks that the configuration names.
func (d *device) wanted() (names []string) {
	for _, name := range d.options.blocks() {
		names = append(names, d.options.IED+name)
	}
	return names
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
