package codec

import (
	"github.com/holdfast-edge/holdfast/tag"
)

// Series takes the values of one field that a Series appended, as many as values
// has room for. Strings and octets share the reader's source.
func (r *Reader) Series(values []tag.Value) {
	if len(values) == 0 {
		return
	}
	var few [4]seriesRun
	runs := r.seriesRuns(len(values), few[:0])
	integers, hasTexts := 0, false
	for _, run := range runs {
		if run.kind > tag.Null {
			integers += int(run.n)
		}
		hasTexts = hasTexts || isText(run.kind)
	}
	var d described
	if hasTexts {
		d.texts = r.texts()
	}
	if integers > 0 {
		d.scale = scale(r.Byte())
		d.integers = r.integersIn(integers)
	}
	if !d.scale.isKnown() {
		r.Fail("a scale")
	}
	for _, run := range runs {
		if r.err != nil {
			clear(values)
			return
		}
		d.run(run, values[:run.n])
		values = values[run.n:]
	}
}

// described is what the values of a series are made of.
type described struct {
	integers unpacking
	scale    scale
	texts    []tag.Value

	group [groupSize]int64
	ahead []int64 // of the group, not used yet
}

// some returns integers, at least one and at most n.
func (d *described) some(n int) []int64 {
	if len(d.ahead) == 0 {
		d.ahead = d.group[:d.integers.fill(d.group[:])]
	}
	some := d.ahead[:min(n, len(d.ahead))]
	d.ahead = d.ahead[len(some):]
	return some
}

// run makes the values of a run.
func (d *described) run(run seriesRun, values []tag.Value) {
	switch run.kind {
	case tag.Absent:
		clear(values)
	case tag.Null:
		fillNull(values)
	case tag.Float:
		d.floats(values)
	case tag.Bool, tag.Int, tag.Uint, tag.Time:
		d.numbers(run.kind, values)
	default:
		d.places(run.kind, values)
	}
	if run.quality != tag.Good {
		setQuality(values, run.quality)
	}
}

func (d *described) floats(values []tag.Value) {
	divisor := d.scale.divisor()
	for len(values) > 0 {
		some := d.some(len(values))
		for i, v := range some {
			values[i] = tag.FloatOf(d.scale.float(v, divisor))
		}
		values = values[len(some):]
	}
}

// numbers makes values of kinds that hold integers.
func (d *described) numbers(kind tag.Kind, values []tag.Value) {
	divisor := int64(1)
	if kind == tag.Int {
		divisor = int64(d.scale.divisor())
	}
	for len(values) > 0 {
		some := d.some(len(values))
		for i, v := range some {
			switch {
			case kind == tag.Bool:
				values[i] = tag.BoolOf(v != 0)
			case divisor > 1:
				values[i] = tag.IntOf(v / divisor)
			default:
				values[i] = ofBits(kind, v)
			}
		}
		values = values[len(some):]
	}
}

// places makes values that are texts.
func (d *described) places(kind tag.Kind, values []tag.Value) {
	for len(values) > 0 {
		some := d.some(len(values))
		for i, v := range some {
			if v < 0 || v >= int64(len(d.texts)) || d.texts[v].Kind() != kind {
				d.integers.from.Fail("a text at a place")
				return
			}
			values[i] = d.texts[v]
		}
		values = values[len(some):]
	}
}
