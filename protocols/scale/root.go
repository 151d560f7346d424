package scale

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// SquareRoot maps a raw range to a plant range by the root of the part: a flow measured as a difference of pressure.
type SquareRoot struct {
	from, to Point
	clamp    bool
}

// NewSquareRoot returns the scaling from the raw range to the plant range. Below the range there is no root: the value
// is Bad, or with clamp the range's end.
func NewSquareRoot(from, to Point, clamp bool) (*SquareRoot, error) {
	if _, err := NewTable(Refuse, from, to); err != nil {
		return nil, err
	}
	if from.To == to.To {
		return nil, fmt.Errorf("both ends of the range are %v: want a range", from.To)
	}
	return &SquareRoot{from: from, to: to, clamp: clamp}, nil
}

// Apply is described at Scaling.
func (s *SquareRoot) Apply(raw tag.Value) tag.Value {
	if passes(raw) {
		return raw
	}
	f, _ := raw.Float()
	part := (f - s.from.Raw) / (s.to.Raw - s.from.Raw)
	switch {
	case f != f:
		return tag.NullOf(tag.BadSensorFailure)
	case part < 0 && s.clamp:
		return tag.FloatOf(s.from.To).WithQuality(tag.UncertainUnitsExceeded)
	case part < 0:
		return tag.NullOf(tag.BadOutOfRange)
	case part > 1 && s.clamp:
		return tag.FloatOf(s.to.To).WithQuality(tag.UncertainUnitsExceeded)
	default:
		return qualified(Checked(between(math.Sqrt(part), 0, 1, s.from.To, s.to.To)), raw)
	}
}

// Invert is described at Scaling. A value outside of the range is refused.
func (s *SquareRoot) Invert(v tag.Value, whole bool) (tag.Value, error) {
	if _, err := exactly(v); err != nil {
		return tag.Value{}, err
	}
	f, _ := v.Float()
	part := between(f, s.from.To, s.to.To, 0, 1)
	if part < 0 || part > 1 {
		return tag.Value{}, fmt.Errorf("%v is outside of %v to %v", f, s.from.To, s.to.To)
	}
	return rawOf(between(part*part, 0, 1, s.from.Raw, s.to.Raw), whole)
}

// Invertible is described at Scaling.
func (s *SquareRoot) Invertible() bool { return true }
