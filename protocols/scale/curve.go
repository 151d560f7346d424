package scale

import (
	"fmt"
	"math"
	"sort"

	"github.com/holdfast-edge/holdfast/tag"
)

// Point says that the raw number Raw is the plant value To.
type Point struct {
	Raw float64 `yaml:"raw" required:"true" doc:"The raw number." example:"4000"`
	To  float64 `yaml:"to" required:"true" doc:"The value that it stands for." example:"0"`
}

// Edge says what happens to a raw number outside of a curve.
type Edge uint8

// The edges.
const (
	Refuse Edge = iota // the value is Bad: out of range
	Clamp              // the value is that of the curve's end, Uncertain
	Extend             // the curve's last line goes on
)

// Table is points joined by straight lines.
type Table struct {
	points []Point
	edge   Edge
	falls  bool // To falls as Raw rises
	steady bool // To only rises or only falls
}

// NewTable returns the scaling through two points or more, whose raw numbers rise.
func NewTable(edge Edge, points ...Point) (*Table, error) {
	if len(points) < 2 {
		return nil, fmt.Errorf("a table of %d points: want two or more", len(points))
	}
	t := &Table{points: points, edge: edge, falls: points[1].To < points[0].To, steady: true}
	for i, p := range points {
		if math.IsNaN(p.Raw+p.To) || math.IsInf(p.Raw, 0) || math.IsInf(p.To, 0) {
			return nil, fmt.Errorf("point %d: want finite numbers", i+1)
		}
		if i == 0 {
			continue
		}
		if p.Raw <= points[i-1].Raw {
			return nil, fmt.Errorf("point %d: raw %v does not rise above %v", i+1, p.Raw, points[i-1].Raw)
		}
		t.steady = t.steady && p.To != points[i-1].To && (p.To < points[i-1].To) == t.falls
	}
	return t, nil
}

// Apply is described at Scaling.
func (t *Table) Apply(raw tag.Value) tag.Value {
	if passes(raw) {
		return raw
	}
	f, _ := raw.Float()
	first, last := t.points[0], t.points[len(t.points)-1]
	switch {
	case f != f:
		return tag.NullOf(tag.BadSensorFailure)
	case f < first.Raw:
		return t.beyond(f, first)
	case f > last.Raw:
		return t.beyond(f, last)
	default:
		return qualified(Checked(t.at(f)), raw)
	}
}

// beyond is the value outside of the table, next to the given end.
func (t *Table) beyond(f float64, end Point) tag.Value {
	switch t.edge {
	case Clamp:
		return tag.FloatOf(end.To).WithQuality(tag.UncertainUnitsExceeded)
	case Extend:
		return Checked(t.at(f))
	default:
		return tag.NullOf(tag.BadOutOfRange)
	}
}

// at returns the value on the line that f lies on, or on the nearest one.
func (t *Table) at(f float64) float64 {
	i := sort.Search(len(t.points), func(i int) bool { return t.points[i].Raw >= f })
	i = min(max(i, 1), len(t.points)-1)
	return between(f, t.points[i-1].Raw, t.points[i].Raw, t.points[i-1].To, t.points[i].To)
}

// Invert is described at Scaling. A value outside of the table is refused, unless the table extends.
func (t *Table) Invert(v tag.Value, whole bool) (tag.Value, error) {
	if _, err := exactly(v); err != nil {
		return tag.Value{}, err
	}
	if !t.steady {
		return tag.Value{}, fmt.Errorf("the table neither only rises nor only falls: no single raw number stands for a value")
	}
	f, _ := v.Float()
	low, high := t.points[0].To, t.points[len(t.points)-1].To
	if t.edge != Extend && (f < min(low, high) || f > max(low, high)) {
		return tag.Value{}, fmt.Errorf("%v is outside of %v to %v", f, min(low, high), max(low, high))
	}
	i := sort.Search(len(t.points), func(i int) bool {
		to := t.points[i].To
		return to == f || (to < f) == t.falls
	})
	i = min(max(i, 1), len(t.points)-1)
	return rawOf(between(f, t.points[i-1].To, t.points[i].To, t.points[i-1].Raw, t.points[i].Raw), whole)
}

// Invertible is described at Scaling.
func (t *Table) Invertible() bool { return t.steady }

// between maps x from a range to a range, exactly at both ends.
func between(x, from, to, low, high float64) float64 {
	switch x {
	case from:
		return low
	case to:
		return high
	default:
		part := float64((x-from)*(high-low)) / (to - from)
		return low + part
	}
}
