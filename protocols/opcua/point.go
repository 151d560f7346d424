package opcua

import (
	"fmt"
	"sync/atomic"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. What it learns of the server may be learnt on one goroutine and used on another.
type point struct {
	name     string
	address  Address
	group    int
	slot     int           // in the group's row
	asked    *builtin      // as configured; nil: as the server has it
	scaling  scale.Scaling // nil: there is none
	readable bool
	kept     atomic.Uint32 // what the server was seen to keep; see keeps
}

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	if !ok {
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no OPC UA options")
	}
	p := &point{name: t.Name, address: o.Address, readable: t.Access.Readable()}
	if o.Address.kind == 0 {
		return nil, protocols.Flawed("address", "name the node, as ns=2;s=NAME", "the tag has no address")
	}
	if o.Type != "" {
		if p.asked = builtinNamed(o.Type); p.asked == nil {
			return nil, protocols.Flawed("type", "want bool, int8, uint8, int16 …", "%q is no type", o.Type)
		}
	}
	if flaw := p.setScaling(t, o.Scaling); flaw != nil {
		return nil, flaw
	}
	return p, nil
}

// setScaling takes scale and offset or a curve; only numbers have them.
func (p *point) setScaling(t *config.Tag, curve *scale.Options) *protocols.Flaw {
	if !scale.IsAsked(t, curve) {
		return nil
	}
	if p.asked != nil && !p.asked.isNumber() {
		return protocols.Flawed("scale", "remove scale, offset and scaling", "a tag of type %s cannot be scaled", p.asked.name)
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, curve)
	return flaw
}

// isArray marks a node that keeps arrays, beside the id of its type.
const isArray = 1 << 8

// keeps notes the type of a value that the server has given.
func (p *point) keeps(v *ua.Variant) {
	if v == nil || !isBuiltin(v.Type()) {
		return
	}
	kept := uint32(v.Type())
	if v.Has(ua.VariantArrayValues) {
		kept |= isArray
	}
	p.kept.Store(kept)
}

// target returns what is to be written: what the server was seen to keep, else what is configured; nil where neither
// is known.
func (p *point) target() (b *builtin, array bool) {
	if kept := p.kept.Load(); kept != 0 {
		return builtinOf(ua.TypeID(kept &^ isArray)), kept&isArray != 0
	}
	return p.asked, false
}

// value returns what the server has given for the point, and its time; 0 where it gave none.
func (p *point) value(d *ua.DataValue) (tag.Value, int64) {
	quality := tag.FromStatusCode(uint32(d.Status))
	v := valueOf(d.Value)
	if quality.IsBad() {
		if v.Quality().IsBad() {
			v = tag.NullOf(quality)
		}
		return v.WithQuality(quality), nanosOf(d.SourceTimestamp)
	}
	p.keeps(d.Value)
	v = p.refined(v)
	if v.Quality().IsGood() {
		v = v.WithQuality(quality)
	}
	return v, nanosOf(d.SourceTimestamp)
}

// refined converts a value to the type that is asked for, and scales it; in arrays, every one.
func (p *point) refined(v tag.Value) tag.Value {
	if v.Kind() == tag.Array && (p.asked != nil || p.scaling != nil) {
		values := make([]tag.Value, len(v.Array()))
		for i, element := range v.Array() {
			values[i] = p.refined(element)
		}
		return tag.ArrayOf(values)
	}
	if p.asked != nil {
		v = p.asked.converted(v)
	}
	return scale.ValueOf(p.scaling, v)
}

// Check is described at protocols.Point. Where nothing is known yet of what the server keeps, more is found out when
// the value is written.
func (p *point) Check(v tag.Value) error {
	_, err := p.written(v)
	return err
}

// written returns a value as it is sent to the server; nil without an error where its type is not known.
func (p *point) written(v tag.Value) (*ua.Variant, error) {
	if v.IsNull() {
		return nil, fmt.Errorf("there is no value to write")
	}
	to, array := p.target()
	if to == nil {
		return nil, nil
	}
	if v.Kind() != tag.Array && array {
		return nil, fmt.Errorf("want an array of %s", to.name)
	}
	return to.variant(v, p.scaling)
}
