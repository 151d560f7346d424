package iec104

import (
	"errors"
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. It is immutable.
type point struct {
	name      string
	address   uint32
	form      form          // with element 0: as the station sends it
	scaling   scale.Scaling // nil: there is none
	group     int
	slot      int // in the group's row
	readable  bool
	command   apdu.Type // with or without time; 0: it is not written
	at        uint32    // the address of the command
	selects   bool
	qualifier uint8
}

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	if !ok {
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no IEC 104 options")
	}
	p := &point{name: t.Name, address: uint32(o.Address), readable: t.Access.Readable()}
	if o.Address == 0 || o.Address > apdu.MaxAddress {
		return nil, protocols.Flawed("address", "give the number of the information object", "the tag has no address")
	}
	if o.Type != "" {
		if p.form, ok = formNamed(o.Type); !ok {
			return nil, protocols.Flawed("type", "want single, double, step, bits, normalized, scaled, float or counter", "%q is no type", o.Type)
		}
	}
	if flaw := p.setScaling(t, o.Scaling); flaw != nil {
		return nil, flaw
	}
	if !t.Access.Writable() {
		return p, nil
	}
	if flaw := p.setCommand(o); flaw != nil {
		return nil, flaw
	}
	return p, nil
}

// setScaling takes scale and offset or a curve; only numbers that measure or count have them.
func (p *point) setScaling(t *config.Tag, curve *scale.Options) *protocols.Flaw {
	if !scale.IsAsked(t, curve) {
		return nil
	}
	switch p.form.element {
	case apdu.SIQ, apdu.DIQ, apdu.BSI:
		return protocols.Flawed("scale", "remove scale, offset and scaling", "a tag of type %s cannot be scaled", p.form.name)
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, curve)
	return flaw
}

// maxQU is the largest qualifier of single, double and step commands (101 §7.2.6.26).
const maxQU = 31

// setCommand chooses the command that writes the tag.
func (p *point) setCommand(o *TagOptions) *protocols.Flaw {
	p.command, p.at, p.selects = p.form.command, p.address, o.Select
	if o.CommandAddress != 0 {
		p.at = uint32(o.CommandAddress)
	}
	switch {
	case p.form.element == 0:
		return protocols.Flawed("type", "give its type: it decides about the command", "the tag is writable and has no type")
	case p.command == 0:
		return protocols.Flawed("access", "let it be r", "a tag of type %s cannot be written", p.form.name)
	case p.command == apdu.StepCommand && p.readable:
		return protocols.Flawed("access", "make the command a tag of its own, with access w, and read the position with another",
			"a step command moves by one and sets no position")
	case p.command == apdu.BitstringCommand && (o.Select || o.Qualifier != 0):
		return protocols.Flawed("select", "remove select and qualifier", "a command of type bits has no qualifier")
	case p.isSwitch() && o.Qualifier > maxQU:
		return protocols.Flawed("qualifier", "want 0 to 31", "qualifier %d of a command of type %s", o.Qualifier, p.form.name)
	}
	p.qualifier = uint8(o.Qualifier)
	if p.isSwitch() {
		p.qualifier <<= 2
	}
	if o.TimeTag {
		p.command += apdu.SingleCommandTime - apdu.SingleCommand
	}
	return nil
}

// isSwitch reports whether the command is single, double or step.
func (p *point) isSwitch() bool {
	return p.form.command == apdu.SingleCommand || p.form.command == apdu.DoubleCommand || p.form.command == apdu.StepCommand
}

// value returns what an object of the station says of the tag.
func (p *point) value(e apdu.Element, o apdu.Object) tag.Value {
	if e == apdu.NVAPlain {
		e = apdu.NVA
	}
	if p.form.element != 0 && p.form.element != e {
		return tag.NullOf(tag.BadTypeMismatch)
	}
	return scale.ValueOf(p.scaling, valueOf(e, o))
}

// Check is described at protocols.Point.
func (p *point) Check(v tag.Value) error {
	_, err := p.written(v)
	return err
}

// written returns the object of the command that sets the tag to a value, without select and time.
func (p *point) written(v tag.Value) (o apdu.Object, err error) {
	o = apdu.Object{Address: p.at, Qualifier: p.qualifier}
	if v.IsNull() {
		return o, errors.New("there is no value to write")
	}
	if p.command == 0 {
		return o, errors.New("the tag is not written")
	}
	switch p.form.command {
	case apdu.SingleCommand:
		o.Int, err = bit(v)
	case apdu.DoubleCommand:
		o.Int, err = whole(v, 1, 2)
	case apdu.StepCommand:
		o.Int, err = step(v)
	case apdu.BitstringCommand:
		o.Int, err = bits(v)
	default:
		err = p.setpoint(v, &o)
	}
	return o, err
}

// setpoint puts the raw number of a value into a command.
func (p *point) setpoint(v tag.Value, o *apdu.Object) error {
	isWhole := p.form.command == apdu.SetScaled
	if p.scaling != nil {
		raw, err := p.scaling.Invert(v, isWhole)
		if err != nil {
			return err
		}
		v = raw
	}
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool || f-f != 0 {
		return errors.New("want a number")
	}
	switch p.form.command {
	case apdu.SetNormalized:
		n := math.Round(f * steps)
		if n < math.MinInt16 || n > math.MaxInt16 {
			return fmt.Errorf("%v does not fit: want -1 to just below 1", f)
		}
		o.Int = int32(n)
	case apdu.SetScaled:
		var err error
		o.Int, err = whole(v, math.MinInt16, math.MaxInt16)
		return err
	default:
		o.Float = float32(f)
		if math.IsInf(float64(o.Float), 0) {
			return fmt.Errorf("%v does not fit a float of 32 bits", f)
		}
	}
	return nil
}

// bit returns a value as 0 or 1.
func bit(v tag.Value) (int32, error) {
	if v.Kind() == tag.Bool {
		if v.Bool() {
			return 1, nil
		}
		return 0, nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return int32(f), nil
	}
	return 0, errors.New("want true, false, 0 or 1")
}

// whole returns a value as a whole number within a range.
func whole(v tag.Value, low, high int32) (int32, error) {
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool || f != math.Trunc(f) || f < float64(low) || f > float64(high) {
		return 0, fmt.Errorf("want a whole number from %d to %d", low, high)
	}
	return int32(f), nil
}

// step returns the RCS of a value: 1 is lower, 2 higher (101 §7.2.6.17).
func step(v tag.Value) (int32, error) {
	n, err := whole(v, -1, 1)
	switch {
	case err != nil || n == 0:
		return 0, errors.New("want 1 for a step higher or -1 for a step lower")
	case n < 0:
		return 1, nil
	default:
		return 2, nil
	}
}

// bits returns a value as 32 bits.
func bits(v tag.Value) (int32, error) {
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool || f != math.Trunc(f) || f < 0 || f > math.MaxUint32 {
		return 0, errors.New("want a whole number of 32 bits")
	}
	return int32(uint32(f)), nil
}
