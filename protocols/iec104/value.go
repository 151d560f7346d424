package iec104

import (
	"github.com/holdfast-edge/holdfast/protocols/iec104/apdu"
	"github.com/holdfast-edge/holdfast/protocols/scale"
	"github.com/holdfast-edge/holdfast/tag"
)

// form is what an object is, whether it comes with a time or not, and the command that goes with it.
type form struct {
	name    string
	element apdu.Element // of the monitored value
	command apdu.Type    // without time; 0: there is none
}

// forms are those that a tag's type names.
func forms() [8]form {
	return [...]form{
		{"single", apdu.SIQ, apdu.SingleCommand},
		{"double", apdu.DIQ, apdu.DoubleCommand},
		{"step", apdu.VTI, apdu.StepCommand},
		{"bits", apdu.BSI, apdu.BitstringCommand},
		{"normalized", apdu.NVA, apdu.SetNormalized},
		{"scaled", apdu.SVA, apdu.SetScaled},
		{"float", apdu.R32, apdu.SetFloat},
		{"counter", apdu.BCR, 0},
	}
}

// formNamed returns the form of a tag's type; ok is false where there is none.
func formNamed(name string) (form, bool) {
	for _, f := range forms() {
		if f.name == name {
			return f, true
		}
	}
	return form{}, false
}

// typeName returns how a tag's type is configured for what an object is.
func typeName(e apdu.Element) string {
	if e == apdu.NVAPlain {
		e = apdu.NVA
	}
	for _, f := range forms() {
		if f.element == e {
			return f.name
		}
	}
	return ""
}

// steps is how many steps a normalized value has from 0 to 1 (101 §7.2.6.6).
const steps = 1 << 15

// valueOf returns the value of an object, without scaling.
func valueOf(e apdu.Element, o apdu.Object) tag.Value {
	var v tag.Value
	switch e {
	case apdu.SIQ:
		v = tag.BoolOf(o.Int != 0)
	case apdu.BSI:
		v = tag.UintOf(uint64(uint32(o.Int)))
	case apdu.NVA, apdu.NVAPlain:
		v = tag.FloatOf(float64(o.Int) / steps)
	case apdu.R32:
		v = scale.Checked(scale.Shortest(o.Float))
	default:
		v = tag.IntOf(int64(o.Int))
	}
	if q := qualityOf(o); !v.Quality().IsBad() || q.IsBad() {
		v = v.WithQuality(q)
	}
	return v
}

// qualityOf returns what the bits of an object's quality say, the gravest first.
func qualityOf(o apdu.Object) tag.Quality {
	switch q := o.Quality; {
	case q&apdu.Invalid != 0:
		return tag.BadDeviceFailure
	case q&(apdu.NotTopical|apdu.Blocked) != 0:
		return tag.UncertainLastUsable
	case q&apdu.Substituted != 0:
		return tag.UncertainSubstitute
	case q&apdu.Overflow != 0:
		return tag.UncertainUnitsExceeded
	case o.Transient:
		return tag.Uncertain
	default:
		return tag.Good
	}
}
