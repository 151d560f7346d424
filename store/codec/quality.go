package codec

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/tag"
)

// How the qualities of a column are written, in its head.
const (
	allGood       = 0 // nothing follows
	oneQuality    = 1 // one quality for all
	qualityRuns   = 2 // runs of a length and a quality
	qualityForms  = 3
	qualityOctets = 2
)

func qualityForm(values []tag.Value) byte {
	first := values[0].Quality()
	for _, v := range values[1:] {
		if v.Quality() != first {
			return qualityRuns
		}
	}
	if first == tag.Good {
		return allGood
	}
	return oneQuality
}

func appendQualities(dst []byte, form byte, values []tag.Value) []byte {
	switch form {
	case oneQuality:
		return binary.LittleEndian.AppendUint16(dst, uint16(values[0].Quality()))
	case qualityRuns:
		return appendQualityRuns(dst, values)
	default:
		return dst
	}
}

func appendQualityRuns(dst []byte, values []tag.Value) []byte {
	for len(values) > 0 {
		q, n := values[0].Quality(), 1
		for n < len(values) && values[n].Quality() == q {
			n++
		}
		dst = binary.AppendUvarint(dst, uint64(n))
		dst = binary.LittleEndian.AppendUint16(dst, uint16(q))
		values = values[n:]
	}
	return dst
}

// qualities skips over the qualities of n values and returns what applies them
// once the values are there.
func (r *Reader) qualities(form byte, n int) qualities {
	switch form {
	case allGood:
		return qualities{}
	case oneQuality:
		return qualities{one: tag.Quality(r.uint16())}
	case qualityRuns:
		return qualities{runs: r.qualityRuns(n)}
	default:
		r.Fail("a form of qualities")
		return qualities{}
	}
}

func (r *Reader) qualityRuns(n int) []byte {
	whole := r.rest
	for left := n; left > 0 && r.err == nil; {
		run := r.Count(0)
		r.Take(qualityOctets)
		if run == 0 || run > left {
			r.Fail("a run of qualities")
		}
		left -= run
	}
	return whole[:len(whole)-len(r.rest)]
}

func (r *Reader) uint16() uint16 {
	if b := r.Take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

// qualities are the qualities of a column, checked and not yet applied.
type qualities struct {
	one  tag.Quality
	runs []byte
}

func (q qualities) apply(values []tag.Value) {
	if q.one != tag.Good {
		setQuality(values, q.one)
	}
	r := Reader{rest: q.runs}
	for r.Len() > 0 && len(values) > 0 {
		run := min(int(r.Uvarint()), len(values))
		setQuality(values[:run], tag.Quality(r.uint16()))
		values = values[run:]
	}
}

func setQuality(values []tag.Value, q tag.Quality) {
	for i := range values {
		values[i] = values[i].WithQuality(q)
	}
}
