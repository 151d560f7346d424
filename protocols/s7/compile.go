package s7

import (
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/s7/pdu"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag, zone *time.Location) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	if !ok {
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no S7 options")
	}
	if o.Address.Area == 0 {
		return nil, protocols.Flawed("address", addressForms, "the tag has no address")
	}
	p := &point{name: t.Name, address: o.Address, count: o.Count, length: o.Length, zone: zone, readable: t.Access.Readable()}
	for _, step := range []func(*config.Tag, *TagOptions) *protocols.Flaw{p.setForm, p.checkWidth, p.setOctets, p.checkAccess, p.setScaling} {
		if flaw := step(t, o); flaw != nil {
			return nil, flaw
		}
	}
	return p, nil
}

// usual is the type that goes without saying.
func (a Address) usual() form {
	switch {
	case a.Area == pdu.Timers:
		return s5timeForm
	case a.Area == pdu.Counters:
		return bcd16Form
	case a.Letter == 'B':
		return byteForm
	case a.Letter == 'W':
		return wordForm
	case a.Letter == 'D':
		return dwordForm
	default:
		return boolForm
	}
}

func (p *point) setForm(_ *config.Tag, o *TagOptions) *protocols.Flaw {
	p.form = formOf(o.Type)
	if o.Type == "" {
		p.form = p.address.usual()
	}
	switch usual := p.address.usual(); {
	case p.form == 0:
		return protocols.Flawed("type", "want bool, int, real …", "%q is no type", o.Type)
	case p.address.Letter == numbered && p.form != usual:
		return protocols.Flawed("type", fmt.Sprintf("remove type, or write %v", usual), "%v cannot be %v", p.address, p.form)
	}
	return nil
}

// checkWidth holds the type against the letter that the address is written with.
func (p *point) checkWidth(*config.Tag, *TagOptions) *protocols.Flaw {
	a, octets := p.address, p.form.octets()
	switch {
	case p.form == boolForm && a.Letter != 'X':
		return protocols.Flawed("type", "name the bit, as DB10.DBX4.0 or M4.0", "%v is no bit and cannot be bool", a)
	case p.form != boolForm && a.Letter == 'X' && (a.Bit != 0 || !p.form.hasLength() && octets <= 8):
		return protocols.Flawed("type", "remove type, or write B, W or D in the address, as DB10.DBW4", "%v is a bit and cannot be %v", a, p.form)
	case a.Letter == 'W' && octets == 1, a.Letter == 'D' && (octets == 1 || octets == 2):
		return protocols.Flawed("type", "let the letter of the address (B, W, D) be that of the type", "%v is wider than %v, which has %d octets", a, p.form, octets)
	case a.Letter == 'W' && octets > 2, a.Letter == 'D' && octets > 8:
		return protocols.Flawed("type", "let the letter of the address (B, W, D) be that of the type; B begins anything", "%v is narrower than %v, which has %d octets", a, p.form, octets)
	}
	return nil
}

// Lengths of texts that are declared without one, and the longest ones.
const (
	usualLength   = 254
	longestString = 254
	lastOctet     = 1<<16 - 1
)

// setOctets counts what the tag takes.
func (p *point) setOctets(_ *config.Tag, o *TagOptions) *protocols.Flaw {
	switch {
	case p.form == bytesForm && o.Length == 0:
		return protocols.Flawed("length", "write length: and how many", "a tag of type bytes needs its length")
	case p.form.hasLength() && o.Count > 0:
		return protocols.Flawed("count", "declare a tag for each", "there are no arrays of %v", p.form)
	case !p.form.hasLength() && o.Length > 0:
		return protocols.Flawed("length", "remove it, or use count for an array", "a tag of type %v has no length", p.form)
	case p.form == stringForm && o.Length > longestString:
		return protocols.Flawed("length", "want at most 254, or a wstring", "no string has %d characters", o.Length)
	}
	switch {
	case p.form.isText():
		if p.length == 0 {
			p.length = usualLength
		}
		head, character := p.form.head()
		p.octets = head + p.length*character
	case p.form == bytesForm:
		p.octets = p.length
	case p.form == boolForm:
		p.octets = (int(p.address.Bit) + max(p.count, 1) + 7) / 8
	default:
		p.octets = max(p.count, 1) * p.form.octets()
	}
	if p.first()+p.octets-1 > lastOctet {
		return protocols.Flawed("address", "choose a lower address or a shorter value", "%v and the %d octets behind it reach beyond 65535", p.address, p.octets-1)
	}
	return nil
}

// checkAccess refuses to write what cannot be.
func (p *point) checkAccess(t *config.Tag, _ *TagOptions) *protocols.Flaw {
	switch {
	case !t.Access.Writable():
		return nil
	case p.address.Area == pdu.Inputs:
		return protocols.Flawed("access", "write access: r, or use a marker or a data block", "%v is an input, which the PLC reads from its modules", p.address)
	case p.form == boolForm && p.count > 0 && (p.address.Bit != 0 || p.count%8 != 0):
		return protocols.Flawed("count", "declare a tag for each bit, or begin at bit 0 and let count be a multiple of 8", "%d bits at %v are no whole octets, and cannot be written at once", p.count, p.address)
	}
	return nil
}

// setScaling takes scale and offset or a curve; only numbers have them.
func (p *point) setScaling(t *config.Tag, o *TagOptions) *protocols.Flaw {
	if !p.form.isNumber() {
		if scale.IsAsked(t, o.Scaling) {
			return protocols.Flawed("scale", "remove scale, offset and scaling", "a tag of type %v cannot be scaled", p.form)
		}
		return nil
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, o.Scaling)
	return flaw
}
