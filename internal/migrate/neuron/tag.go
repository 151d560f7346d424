package neuron

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/internal/migrate"
	"github.com/holdfast-edge/holdfast/internal/migrate/plant"
)

// The bits of a tag's attribute.
const (
	mayRead    = 1
	mayWrite   = 2
	subscribed = 4
	static     = 8
)

// tag adds a tag to the device of its unit, or reports why it cannot be.
func (s *settings) tag(g group, o *migrate.Object) {
	name := o.Text("name")
	o.Origin = o.Named("tag " + s.node.name + "." + g.name + "." + name)
	t := plant.Tag{From: o.Origin, Name: name, Prefix: g.name, Description: o.Text("description")}
	attribute := o.Int("attribute", mayRead)
	if name == "" {
		s.report.LeftOut(o.Origin, "the tag has no name")
		return
	}
	unit := s.anyUnit()
	if attribute&static != 0 {
		t.Static, t.Value = true, o.Text("value")
		o.Ask("address", "type")
	} else {
		var err error
		if unit, err = s.polled(&t, o, attribute); err != nil {
			s.report.LeftOut(o.Origin, err.Error())
			return
		}
	}
	o.Ask("value")
	o.Rest(tagReason)
	s.device(unit).Tag(g.name, scan(g.interval), t)
}

// polled reads what is for a tag that the device is asked for.
func (s *settings) polled(t *plant.Tag, o *migrate.Object, attribute int) (unit int, err error) {
	a, err := readAddress(o.Text("address"), s.base)
	if err != nil {
		return 0, err
	}
	if t.Type, t.Order, err = a.apply(o.Int("type", 0)); err != nil {
		return 0, err
	}
	if t.Order == "" && isLong(t.Type) {
		t.Order = s.order
	}
	t.Point = a.point
	t.Access = [...]string{"r", "r", "w", "rw"}[attribute&(mayRead|mayWrite)]
	if t.Point.IsReadOnly() && t.Access != "r" {
		s.report.Changed(o.Place("attribute"), t.Access, "r", "the table cannot be written")
		t.Access = "r"
	}
	if attribute&subscribed != 0 {
		t.OnChange = true
	}
	if decimal := o.Number("decimal", 0); decimal != 0 {
		t.Scale = plant.Decimal(decimal)
	}
	t.Offset = plant.Decimal(o.Number("bias", 0))
	t.Unit = o.Text("unit")
	if o.Number("precision", 0) == 0 {
		o.Ask("precision")
	}
	return a.unit, nil
}

func isLong(typ string) bool { return typ == "int32" || typ == "uint32" || typ == "float32" }

func tagReason(key string) (reason string, moot bool) {
	if key == "precision" {
		return "values are the shortest decimals that they stand for, and are not rounded; round(x, n) in a rule does", true
	}
	return "", false
}

// device is that of a unit; it is made with the first tag.
func (s *settings) device(unit int) *plant.Device {
	if d, ok := s.devices[unit]; ok {
		return d
	}
	wanted := s.node.name
	if len(s.devices) > 0 {
		wanted = fmt.Sprintf("%s_%d", s.node.name, unit)
	}
	if wanted != s.node.name {
		s.report.Changed(s.node.origin.Under("name"), s.node.name, wanted, "a device here is one unit")
	}
	d := s.plant.Add(s.node.origin, wanted, s.endpoint, unit)
	if s.timeout > 0 {
		d.Node.Duration("timeout", s.timeout)
	}
	if s.demote > 0 {
		d.Node.Int("demote_after", min(s.demote, 100))
	}
	s.devices[unit] = d
	return d
}

// anyUnit is the unit that a tag without an address goes with.
func (s *settings) anyUnit() int {
	lowest := 256
	for unit := range s.devices {
		lowest = min(lowest, unit)
	}
	if lowest == 256 {
		return 1
	}
	return lowest
}

func scan(ms int) time.Duration {
	if ms <= 0 {
		return time.Second
	}
	return time.Duration(ms) * time.Millisecond
}
