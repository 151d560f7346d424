package scale

import (
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// Scaling is a way from raw numbers to plant values and back. It is immutable and may be used concurrently.
type Scaling interface {
	// Apply returns the plant value of a raw Int, Uint or Float. Values of other kinds, and Bad ones, pass unchanged.
	// It does not allocate.
	Apply(raw tag.Value) tag.Value

	// Invert returns the raw number to be written for a plant value; whole asks for the nearest whole number. It fails
	// where no raw number stands for the value.
	Invert(v tag.Value, whole bool) (tag.Value, error)

	// Invertible reports whether Invert can work at all.
	Invertible() bool
}

// ValueOf applies a scaling, where there is one (nil is none), to what a device tells. A value that is no number cannot be
// scaled, and is Bad; Null stays.
func ValueOf(s Scaling, raw tag.Value) tag.Value {
	switch {
	case s == nil:
		return raw
	case !raw.Kind().IsNumber() && raw.Kind() != tag.Null:
		return tag.NullOf(tag.BadTypeMismatch)
	default:
		return s.Apply(raw)
	}
}

// Checked returns a Float, or the Bad value that an impossible one stands for.
func Checked(f float64) tag.Value {
	switch {
	case f != f:
		return tag.NullOf(tag.BadSensorFailure)
	case math.IsInf(f, 0):
		return tag.NullOf(tag.BadOutOfRange)
	default:
		return tag.FloatOf(f)
	}
}

// passes reports whether a value is none that could be scaled.
func passes(v tag.Value) bool { return !v.Kind().IsNumber() || v.Quality().IsBad() }

// qualified returns a scaled value with the quality of the raw one, unless scaling itself made it Bad.
func qualified(scaled, raw tag.Value) tag.Value {
	if scaled.Quality().IsBad() {
		return scaled
	}
	return scaled.WithQuality(raw.Quality())
}
