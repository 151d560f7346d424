package bacnet

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// point is one tag, compiled. What it has learned belongs to the goroutine of its session.
type point struct {
	name     string
	at       wire.Reference
	scaling  scale.Scaling // nil: there is none
	slot     int           // in the group's row
	readable bool
	status   bool // its status flags are read, too
	cov      bool
	writes   wire.Type // Null: it is not written
	priority uint8

	alone bool // its answer is so long that nothing else fits beside it
}

// newPoint compiles a tag, or says what is wrong with it.
func newPoint(t *config.Tag) (*point, *protocols.Flaw) {
	o, ok := t.Options.(*TagOptions)
	if !ok {
		return nil, protocols.Flawed("address", "load the configuration with the driver's component", "the tag has no BACnet options")
	}
	isPresent := o.Address.Property == wire.PresentValue
	p := &point{
		name: t.Name, at: o.Address.Reference, readable: t.Access.Readable(), cov: o.Cov, priority: uint8(o.Priority),
		status: o.Status && isPresent && o.Address.Index == wire.NoIndex,
	}
	if o.Address.Object.Type() == 0 && o.Address.Property == 0 && t.Address == "" {
		return nil, protocols.Flawed("address", "give an object, as analog-input:3", "the tag has no address")
	}
	if o.Cov && (!p.readable || !isPresent || o.Address.Index != wire.NoIndex) {
		return nil, protocols.Flawed("cov", "remove it", "only what is read, and is a present value, is told by cov")
	}
	if t.Access.Writable() {
		if flaw := p.setWritten(o); flaw != nil {
			return nil, flaw
		}
	} else if o.Priority != 0 {
		return nil, protocols.Flawed("priority", "remove it, or give the tag access: rw", "the tag is not written")
	}
	flaw := p.setScaling(t, o.Scaling)
	return p, flaw
}

// setScaling takes scale and offset or a curve.
func (p *point) setScaling(t *config.Tag, curve *scale.Options) *protocols.Flaw {
	if !scale.IsAsked(t, curve) {
		return nil
	}
	key := "scale"
	if curve != nil {
		key = "scaling"
	}
	if p.writes == wire.Boolean || p.writes == wire.Characters || p.at.Property == wire.PresentValue && isBinary(p.at.Object.Type()) {
		return protocols.Flawed(key, "remove scale, offset and scaling", "what is no number cannot be scaled")
	}
	var flaw *protocols.Flaw
	p.scaling, flaw = scale.OfTag(t, curve)
	return flaw
}

// setWritten chooses the type of what is written.
func (p *point) setWritten(o *TagOptions) *protocols.Flaw {
	if o.Type != "" {
		if p.writes = wire.Type(slices.Index(typeNames(), o.Type)); int8(p.writes) < 1 {
			return protocols.Flawed("type", "want real, double, unsigned, signed, enumerated, boolean or string", "%q is no type", o.Type)
		}
		return nil
	}
	if p.writes = typeOf(p.at); p.writes == wire.Null {
		return protocols.Flawed("type", "give the type that the object takes, as real", "the tag is writable, and what %v takes is not known", p.at)
	}
	return nil
}

// typeNames are the types as they are configured, by their application tags.
func typeNames() []string {
	return []string{"", "boolean", "unsigned", "signed", "real", "double", "-", "string", "-", "enumerated"}
}

// typeOf returns the type of a property that is written; Null where it is not known (clause 12).
func typeOf(r wire.Reference) wire.Type {
	t := r.Object.Type()
	switch r.Property {
	case wire.OutOfService:
		return wire.Boolean
	case wire.ObjectName, wire.Description:
		return wire.Characters
	case wire.PresentValue, wire.RelinquishDefault:
	case wire.CovIncrement, wire.HighLimit, wire.LowLimit:
		if t > wire.AnalogValue {
			return wire.Null
		}
	default:
		return wire.Null
	}
	switch t {
	case wire.AnalogInput, wire.AnalogOutput, wire.AnalogValue:
		return wire.Real
	case wire.BinaryInput, wire.BinaryOutput, wire.BinaryValue:
		return wire.Enumerated
	case wire.MultiStateInput, wire.MultiStateOutput, wire.MultiStateValue, wire.PositiveInteger:
		return wire.Unsigned
	case wire.IntegerValue:
		return wire.Signed
	case wire.LargeAnalogValue:
		return wire.Double
	case wire.CharacterString:
		return wire.Characters
	default:
		return wire.Null
	}
}

// value returns what a property that was read says of the tag.
func (p *point) value(values []wire.Value) tag.Value {
	v := valueOf(p.at, values)
	if v.Kind() == tag.Null && v.Quality().IsGood() {
		return v
	}
	return scale.ValueOf(p.scaling, v)
}

// Relinquishes reports whether null may be written.
func (p *point) Relinquishes() bool { return p.priority > 0 }

// Check is described at protocols.Point.
func (p *point) Check(v tag.Value) error {
	_, err := p.written(v)
	return err
}

// written returns what is sent for a value.
func (p *point) written(v tag.Value) (wire.Value, error) {
	if v.Kind() == tag.Null && v.Quality().IsGood() && p.Relinquishes() {
		return wire.Value{Type: wire.Null}, nil
	}
	if v.IsNull() {
		return wire.Value{}, errors.New("there is no value to write; null relinquishes a tag that has a priority")
	}
	switch p.writes {
	case wire.Null:
		return wire.Value{}, errors.New("the tag is not written")
	case wire.Characters:
		return characters(v)
	case wire.Boolean:
		return bit(v, wire.Boolean)
	case wire.Enumerated:
		if isBinary(p.at.Object.Type()) || v.Kind() == tag.Bool {
			return bit(v, wire.Enumerated)
		}
	}
	return p.number(v)
}

// maxText is how much text is written: what fits into the shortest APDU that anything but a small controller has.
const maxText = 400

func characters(v tag.Value) (wire.Value, error) {
	if v.Kind() != tag.String || len(v.Str()) > maxText || !utf8.ValidString(v.Str()) {
		return wire.Value{}, fmt.Errorf("want a text of up to %d octets", maxText)
	}
	return wire.Value{Type: wire.Characters, Text: v.Str()}, nil
}

// bit returns a value as 0 or 1.
func bit(v tag.Value, t wire.Type) (wire.Value, error) {
	if v.Kind() == tag.Bool {
		if v.Bool() {
			return wire.Value{Type: t, Number: 1}, nil
		}
		return wire.Value{Type: t}, nil
	}
	if f, ok := v.Float(); ok && (f == 0 || f == 1) {
		return wire.Value{Type: t, Number: uint64(f)}, nil
	}
	return wire.Value{}, errors.New("want true, false, 0 or 1")
}

// number returns the raw number of a value.
func (p *point) number(v tag.Value) (wire.Value, error) {
	isWhole := p.writes != wire.Real && p.writes != wire.Double
	if p.scaling != nil {
		raw, err := p.scaling.Invert(v, isWhole)
		if err != nil {
			return wire.Value{}, err
		}
		v = raw
	}
	f, ok := v.Float()
	if !ok || v.Kind() == tag.Bool || f-f != 0 {
		return wire.Value{}, errors.New("want a number")
	}
	if !isWhole {
		if p.writes == wire.Real && math.IsInf(float64(float32(f)), 0) {
			return wire.Value{}, fmt.Errorf("%v does not fit a float of 32 bits", f)
		}
		return wire.Value{Type: p.writes, Float: f}, nil
	}
	low, high := 0.0, float64(math.MaxUint32)
	if p.writes == wire.Signed {
		low, high = math.MinInt32, math.MaxInt32
	}
	if f != math.Trunc(f) || f < low || f > high {
		return wire.Value{}, fmt.Errorf("want a whole number from %.0f to %.0f", low, high)
	}
	return wire.Value{Type: p.writes, Number: uint64(int64(f))}, nil
}
