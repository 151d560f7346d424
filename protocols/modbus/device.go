package modbus

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
)

// device is a compiled device.
type device struct {
	unit     byte
	plans    []protocols.Plan
	config   *config.Device
	options  *DeviceOptions
	limits   limits
	prices   prices
	inFlight int
	estimate estimate
	probe    block // the cheapest read
}

// Compile is described at protocols.Driver.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	o, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no Modbus options: load the configuration with the driver's component", c.Name)
	}
	if o.Unit == 0 && isSerial(c.Endpoint.Scheme()) {
		return nil, fmt.Errorf("device %s: unit 0 is a broadcast that nobody answers: want 1 to 247", c.Name)
	}
	d := &device{
		config: c, options: o, unit: o.Unit, inFlight: inFlight(c.Endpoint.Scheme(), o),
		limits:   limits{registers: o.MaxRegisters, bits: o.MaxBits, gap: o.MaxGap},
		prices:   pricesAt(c),
		estimate: estimate{shortest: min(o.ShortestTimeout, o.Timeout), longest: o.Timeout},
	}
	for g := range c.Groups {
		if err := d.addGroup(&c.Groups[g], o); err != nil {
			return nil, fmt.Errorf("device %s: %w", c.Name, err)
		}
	}
	d.probe = d.cheapest()
	return d, nil
}

// inFlight returns how many reads may be on the way at once: frames of serial lines have no number to tell them apart.
func inFlight(scheme string, o *DeviceOptions) int {
	if isSerial(scheme) {
		return 1
	}
	return max(o.InFlight, 1)
}

// addGroup compiles the tags of a group, and its plan.
func (d *device) addGroup(group *config.Group, o *DeviceOptions) error {
	points := make([]*point, len(group.Tags))
	for i := range points {
		p, flaw := pointOf(&group.Tags[i], o)
		if flaw != nil {
			return fmt.Errorf("tag %s: %w", group.Tags[i].Name, flaw)
		}
		points[i] = p
	}
	d.plans = append(d.plans, newPlan(d, points))
	return nil
}

// Plans is described at protocols.Device.
func (d *device) Plans() []protocols.Plan { return d.plans }

// Point is described at protocols.Device.
func (d *device) Point(name string) (protocols.Point, bool) {
	t := d.config.Tag(name)
	if t == nil {
		return nil, false
	}
	p, flaw := pointOf(t, d.options)
	return &target{point: p, device: d, name: name}, flaw == nil
}

// cheapest returns the read of one register or bit of the first tag, or of holding register 0 where no tag is read.
// Any answer to it will do.
func (d *device) cheapest() block {
	for _, p := range d.plans {
		if p := p.(*plan); len(p.extents) > 0 {
			return block{area: p.extents[0].area, first: p.extents[0].first, count: 1}
		}
	}
	return block{area: Holding, count: 1}
}

// What a read costs beside the bytes on the line: the way there and back, and the device's own time.
const (
	networkTurn = time.Millisecond
	serialTurn  = 5 * time.Millisecond
	networkByte = 100 * time.Nanosecond
)

// Bytes of a read beside its data: function, address and count there, function and byte count back, and both frames.
const readOverhead = 5 + 2 + 2*3

// pricesAt returns what reads cost at the device's endpoint.
func pricesAt(c *config.Device) prices {
	each, turn := networkByte, networkTurn
	if o, ok := c.EndpointOptions.(*EndpointOptions); ok && isPort(c.Endpoint.Scheme()) {
		port := o.serial("")
		each, turn = port.Byte(), serialTurn+2*port.Gap()
	}
	if isASCII(c.Endpoint.Scheme()) {
		each *= 2
	}
	return prices{request: turn + readOverhead*each, register: 2 * each, bit: each / 8}
}

// serial returns the settings of a serial port.
func (o *EndpointOptions) serial(path string) link.Serial {
	return link.Serial{Device: path, Baud: o.Baud, DataBits: o.DataBits, StopBits: o.StopBits, Parity: link.ParityOf(o.Parity)}
}
