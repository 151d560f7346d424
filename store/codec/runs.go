package codec

import (
	"encoding/binary"

	"github.com/holdfast-edge/holdfast/tag"
)

// The head of a series: the kind of all values and whether their quality, which
// follows then, is other than Good; or that runs follow.
//
//	head := kind | bad | various
//	runs := count (length kind|bad [quality])…
const (
	notGood = 0x80
	various = 0x7F
)

// appendRuns appends the kinds and qualities of the values.
func (s *Series) appendRuns(dst []byte) []byte {
	if s.more == nil || len(s.more.runs) == 0 {
		return appendNature(dst, s.kind, s.quality)
	}
	runs := s.more.runs
	if last := s.n - s.more.since; last > 0 {
		runs = append(runs[:len(runs):len(runs)], seriesRun{last, s.kind, s.quality})
	}
	dst = binary.AppendUvarint(append(dst, various), uint64(len(runs)))
	for _, run := range runs {
		dst = appendNature(binary.AppendUvarint(dst, uint64(run.n)), run.kind, run.quality)
	}
	return dst
}

func appendNature(dst []byte, kind tag.Kind, quality tag.Quality) []byte {
	if quality == tag.Good {
		return append(dst, byte(kind))
	}
	return binary.LittleEndian.AppendUint16(append(dst, byte(kind)|notGood), uint16(quality))
}

// nature takes a kind and a quality; the kind is various where runs follow.
func (r *Reader) nature() (tag.Kind, tag.Quality) {
	head, quality := r.Byte(), tag.Good
	if head&notGood != 0 {
		quality = tag.Quality(r.uint16())
	}
	kind := head &^ notGood
	if kind > byte(tag.ObjectKind) && kind != various {
		r.Fail("a kind")
	}
	return tag.Kind(kind), quality
}

// seriesRuns takes the runs of n values, one at least.
func (r *Reader) seriesRuns(n int, into []seriesRun) []seriesRun {
	kind, quality := r.nature()
	if kind != various {
		return append(into, seriesRun{int32(n), kind, quality})
	}
	left := n
	for range r.Count(2) {
		length := r.Count(0)
		kind, quality := r.nature()
		if length == 0 || length > left || kind == various {
			r.Fail("a run of kinds")
			return nil
		}
		left -= length
		into = append(into, seriesRun{int32(length), kind, quality})
	}
	if left > 0 {
		r.Fail("runs of all values")
	}
	return into
}
