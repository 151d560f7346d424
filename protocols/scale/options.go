package scale

import "fmt"

// Options is what a tag's configuration says of its scaling beyond scale and offset. A driver takes it up into the
// options of its tags.
type Options struct {
	Curve  string    `yaml:"curve" default:"linear" enum:"linear,square_root,table" doc:"How the value follows the raw number: linear maps the range raw to the range to, square_root does so by the root of the part, table joins points by straight lines."`
	Raw    []float64 `yaml:"raw" doc:"Both ends of the raw range, for linear and square_root." example:"[0, 27648]"`
	To     []float64 `yaml:"to" doc:"The values at both ends of the raw range." example:"[0, 100]"`
	Points []Point   `yaml:"points" doc:"The points of a table, raw rising."`
	Clamp  bool      `yaml:"clamp" doc:"Whether a raw number outside of the range gives the value at its end, marked Uncertain. Without it, linear goes on beyond the range and the others give Bad."`
}

// New returns the scaling that a tag's configuration asks for. o may be nil; where it is not, it stands instead of
// scale and offset, which must then be 1 and 0.
func New(scale, offset float64, o *Options) (Scaling, error) {
	if o == nil {
		return NewLinear(scale, offset)
	}
	if scale != 1 || offset != 0 {
		return nil, fmt.Errorf("both scale or offset and scaling are given: want one of them")
	}
	if o.Curve == "table" {
		return NewTable(o.edge(Refuse), o.Points...)
	}
	if len(o.Raw) != 2 || len(o.To) != 2 {
		return nil, fmt.Errorf("want raw and to with two numbers each, such as raw: [0, 27648], to: [0, 100]")
	}
	from, to := Point{Raw: o.Raw[0], To: o.To[0]}, Point{Raw: o.Raw[1], To: o.To[1]}
	if o.Curve == "square_root" {
		return NewSquareRoot(from, to, o.Clamp)
	}
	return NewTable(o.edge(Extend), from, to)
}

func (o *Options) edge(otherwise Edge) Edge {
	if o.Clamp {
		return Clamp
	}
	return otherwise
}
