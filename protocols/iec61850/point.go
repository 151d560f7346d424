package iec61850

import (
	"errors"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. It is immutable.
type point struct {
	name     string
	address  Address
	form     form          // of its type; with an empty name: as the device has it
	scaling  scale.Scaling // nil: there is none
	readable bool
	writable bool
	test     bool
	checks   []int // bits of Check
	device   *device
	group    int
	slot     int // in the group's row
}

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	if !ok {
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no IEC 61850 options")
	}
	p := &point{
		name: t.Name, address: o.Address, readable: t.Access.Readable(), writable: t.Access.Writable(), test: o.Test,
		checks: map[string][]int{"synchro": {0}, "interlock": {1}, "both": {0, 1}}[o.Checks],
	}
	if o.Address.Path == "" {
		return nil, protocols.Flawed("address", addressFix, "the tag has no address")
	}
	if o.Type != "" {
		if p.form, ok = formNamed(o.Type); !ok {
			return nil, protocols.Flawed("type", "want one of those in the reference", "%q is no type", o.Type)
		}
	}
	if flaw := p.setScaling(t, o.Scaling); flaw != nil {
		return nil, flaw
	}
	if flaw := p.checkAccess(); flaw != nil {
		return nil, flaw
	}
	return p, nil
}

// setScaling takes scale and offset or a curve.
func (p *point) setScaling(t *config.Tag, curve *scale.Options) *protocols.Flaw {
	if !scale.IsAsked(t, curve) {
		return nil
	}
	if p.form.name != "" && !p.form.isNumber() {
		return protocols.Flawed("scale", "remove scale, offset and scaling", "a tag of type %s cannot be scaled", p.form.name)
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, curve)
	return flaw
}

// How a tag is written, by its functional constraint.
func isControlled(constraint string) bool {
	return constraint == "ST" || constraint == "MX" || constraint == "CO"
}

func isSetting(constraint string) bool {
	switch constraint {
	case "SP", "SE", "SV", "CF", "DC", "BL":
		return true
	default:
		return false
	}
}

// controls reports whether an attribute is that of a data object by which it is controlled: its status, or the control itself.
func (a Address) controls() bool {
	switch inner := a.inner(); inner[0] {
	case "stVal", "mxVal", "valWTr":
		return a.Constraint != "CO"
	case "Oper":
		return a.Constraint == "CO" && len(inner) > 1 && inner[1] == "ctlVal"
	default:
		return false
	}
}

// checkAccess refuses what cannot be done under the functional constraint.
func (p *point) checkAccess() *protocols.Flaw {
	c := p.address.Constraint
	switch {
	case p.writable && isControlled(c) && !p.address.controls():
		return protocols.Flawed("address", "name the status, as stVal [ST] or mxVal.f [MX], or Oper.ctlVal [CO] with access w", "%s is no attribute by which a data object is controlled", p.address)
	case p.writable && c != "" && !isControlled(c) && !isSetting(c):
		return protocols.Flawed("access", "let it be r", "what has the functional constraint %s is not written", c)
	case c == "CO" && p.readable:
		return protocols.Flawed("access", "let it be w; or name the status instead, as stVal [ST], with access rw", "a control is not read")
	default:
		return nil
	}
}

// Check is described at protocols.Point.
func (p *point) Check(v tag.Value) error {
	_, err := p.raw(v)
	if err != nil || p.form.name == "" || p.form.name == "bits" {
		return err // the rest is checked when the device's type is known
	}
	_, err = p.written(v, p.form.typ)
	return err
}

// raw returns the value that the device is to have, before scaling.
func (p *point) raw(v tag.Value) (tag.Value, error) {
	if !p.writable {
		return v, errors.New("the tag is not written")
	}
	if v.IsNull() {
		return v, errors.New("there is no value to write")
	}
	if p.scaling == nil {
		return v, nil
	}
	return p.scaling.Invert(v, p.form.isWhole())
}

// written returns a value as a device takes it whose type is known.
func (p *point) written(v tag.Value, t mms.Type) (mms.Data, error) {
	raw, err := p.raw(v)
	if err != nil {
		return mms.Data{}, err
	}
	if p.scaling != nil && !p.form.isWhole() && (t.Kind == mms.Integer || t.Kind == mms.Unsigned) {
		if raw, err = p.scaling.Invert(v, true); err != nil {
			return mms.Data{}, err
		}
	}
	return dataOf(raw, t)
}

// value returns what a device's value is for the tag.
func (p *point) value(d mms.Data) tag.Value {
	if d.Kind != mms.Failure && p.form.name != "" && !p.form.fits(d) {
		return tag.NullOf(tag.BadTypeMismatch)
	}
	return scale.ValueOf(p.scaling, valueOf(d))
}
