package server

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/tag"
)

// image is which tag stands in which register. It is immutable.
type image struct {
	cells map[place][]*cell // several where they are bits of a register
	all   []protocols.ServedTag
	units map[byte]bool
}

// place is a register or bit.
type place struct {
	unit byte
	area modbus.Area
	at   uint16
}

// cell is a value at its place.
type cell struct {
	device, tag string
	key         string // in the configuration
	codec       *modbus.Codec
	first       uint16
	span        int
	writable    bool
	substitute  tag.Value // while it is Bad; Absent: an exception
	good        bool      // it reads as whether the value is Good
}

// newImage compiles the tags, and reports what is wrong.
func newImage(o *Options, report config.Report) *image {
	m := &image{cells: map[place][]*cell{}, units: map[byte]bool{}}
	for i := range o.Tags {
		t, key := &o.Tags[i], fmt.Sprintf("tags[%d]", i)
		device, name, ok := strings.Cut(t.Tag, ".")
		if !ok || device == "" || name == "" {
			report(key+".tag", &config.Problem{What: fmt.Sprintf("%q is no tag of a device", t.Tag), Fix: "write device.tag"})
			continue
		}
		m.all = append(m.all, protocols.ServedTag{Device: device, Tag: name, Writable: t.Access.Writable(), Key: key + ".tag"})
		at := func(sub string, err error) { report(key+"."+sub, err) }
		m.add(o, t, &cell{device: device, tag: name, key: key, writable: t.Access.Writable(), substitute: t.whenBad(o)}, t.Address, at)
		if t.Good != (modbus.Address{}) {
			good := *t
			good.Type, good.Order, good.Length, good.Count, good.Scale, good.Offset = "", modbus.Order{}, 0, 0, 1, 0
			good.Access = config.ReadOnly
			m.add(o, &good, &cell{device: device, tag: name, key: key, good: true}, t.Good, func(_ string, err error) { report(key+".good", err) })
		}
	}
	return m
}

// whenBad is what a Bad value reads as.
func (t *TagOptions) whenBad(o *Options) tag.Value {
	policy := t.OnBad
	if policy == "" {
		policy = o.OnBad
	}
	if policy == "substitute" {
		return tag.FloatOf(t.Substitute)
	}
	return tag.Value{}
}

// add puts a cell to its place.
func (m *image) add(o *Options, t *TagOptions, c *cell, where modbus.Address, report config.Report) {
	device := &modbus.DeviceOptions{Base: o.Base, Order: o.Order, MaxRegisters: wire.MaxReadRegisters, MaxBits: wire.MaxReadBits}
	codec, key, err := modbus.NewCodec(&config.Tag{
		Name: t.Tag, Scale: t.Scale, Offset: t.Offset, Access: t.Access,
		Options: &modbus.TagOptions{Address: where, Type: t.Type, Order: t.Order, Length: t.Length, Count: t.Count},
	}, device)
	if err != nil {
		report(key, err)
		return
	}
	c.codec = codec
	area, first, span := codec.Place()
	c.first, c.span = first, span
	if err := c.check(area); err != nil {
		report("address", err)
		return
	}
	unit := o.Unit
	if t.Unit != nil {
		unit = *t.Unit
	}
	m.units[unit] = true
	for i := range span {
		at := place{unit, area, first + uint16(i)}
		if err := m.clash(at, c); err != nil {
			report("address", err)
			return
		}
		m.cells[at] = append(m.cells[at], c)
	}
}

// check refuses what a server cannot do.
func (c *cell) check(area modbus.Area) error {
	switch {
	case c.good && !area.HasBits() && c.codec.Bit() == 0:
		return &config.Problem{What: "a quality is one bit", Fix: "write discrete:N, coil:N, or a bit such as input:N.0"}
	case c.writable && c.codec.Bit() != 0:
		return &config.Problem{What: "a bit of a register cannot be written here", Fix: "write access: r, or show the tag as a coil"}
	}
	if c.substitute.Kind() == tag.Absent {
		return nil
	}
	if _, err := c.encode(area, c.substitute); err != nil {
		return &config.Problem{What: "the substitute does not fit: " + err.Error(), Fix: "give another substitute, or write on_bad: exception"}
	}
	return nil
}

// clash refuses a place that is taken: only bits of a register share one.
func (m *image) clash(at place, c *cell) error {
	for _, other := range m.cells[at] {
		if c.codec.Bit()&other.codec.Bit() != 0 || c.codec.Bit() == 0 || other.codec.Bit() == 0 {
			return &config.Problem{
				What: fmt.Sprintf("%s %d of unit %d is that of %s, too", at.area, at.at, at.unit, other.key),
				Fix:  "give one of them another address",
			}
		}
	}
	return nil
}

// encode returns a value as packed bits of a byte each, or as registers.
func (c *cell) encode(area modbus.Area, v tag.Value) ([]byte, error) {
	if !area.HasBits() {
		return c.codec.Registers(v)
	}
	on, err := c.codec.Bits(v)
	data := make([]byte, len(on))
	for i := range on {
		if on[i] {
			data[i] = 1
		}
	}
	return data, err
}
