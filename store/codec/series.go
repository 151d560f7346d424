package codec

import (
	"github.com/holdfast-edge/holdfast/tag"
)

// Series takes the values of one field one after the other and keeps them as
// they will be written, so that those that wait are no larger than those that
// are on the disk. The zero value has none. It has one owner.
//
//	series := head [quality | runs] [texts] [scale integers]
//
// All that is counted, measured or told is an integer: a decimal by its scale, a
// text by its place among the texts. Where scale, kind or quality change, the
// values go on.
type Series struct {
	integers Integers
	held     uint64 // what the last value that is an integer held
	n        int32
	kind     tag.Kind // of the last value
	scale    scale
	quality  tag.Quality
	more     *irregular // nil while all values are of one kind and quality, and none is a text
}

// irregular is what most series have none of.
type irregular struct {
	runs  []seriesRun // that are over
	since int32       // where the last one begins
	texts texts
}

// seriesRun is values of one kind and quality.
type seriesRun struct {
	n       int32
	kind    tag.Kind
	quality tag.Quality
}

// Len returns how many values there are.
func (s *Series) Len() int { return int(s.n) }

// Reset forgets the values and keeps the room that numbers took.
func (s *Series) Reset() {
	s.integers.Reset()
	*s = Series{integers: s.integers}
}

// Size returns the octets that they take.
func (s *Series) Size() int {
	size := s.integers.Size()
	if s.more != nil {
		size += 8*cap(s.more.runs) + s.more.texts.size()
	}
	return size
}

// Add adds a value. Texts, octets, arrays and objects are copied.
func (s *Series) Add(v tag.Value) {
	kind, quality := v.Kind(), v.Quality()
	if kind != s.kind || quality != s.quality {
		s.turn(kind, quality)
	}
	s.n++
	held := v.Bits()
	switch {
	case kind <= tag.Null:
		return
	case isText(kind):
		held = uint64(s.further().texts.place(v))
	case held == s.held && s.integers.n > 0 && (s.more == nil || s.isScaled(kind, held)):
		s.integers.Append(s.integers.last)
		return
	}
	i, ok := s.scale.integer(kind, held)
	if !ok {
		s.rescale(v)
		return
	}
	s.integers.Append(i)
	s.held = held
}

// isScaled reports whether the last integer stands for what a value of a kind
// holds. The same bits are another number in another kind.
func (s *Series) isScaled(kind tag.Kind, held uint64) bool {
	i, ok := s.scale.integer(kind, held)
	return ok && i == s.integers.last
}

// AddAbsent adds n values that are absent.
func (s *Series) AddAbsent(n int) {
	if n == 0 {
		return
	}
	if s.kind != tag.Absent || s.quality != tag.Good {
		s.turn(tag.Absent, tag.Good)
	}
	s.n += int32(n)
}

// turn begins a run of another kind or quality.
func (s *Series) turn(kind tag.Kind, quality tag.Quality) {
	if s.n > 0 {
		more := s.further()
		more.runs = append(more.runs, seriesRun{s.n - more.since, s.kind, s.quality})
		more.since = s.n
	}
	s.kind, s.quality = kind, quality
}

func (s *Series) further() *irregular {
	if s.more == nil {
		s.more = &irregular{}
	}
	return s.more
}

// rescale begins again with a scale that all values have, the last one, which
// has been counted, too.
func (s *Series) rescale(last tag.Value) {
	s.n--
	values := s.values()
	values = append(values, last)
	for to := s.scale.next(); ; to = to.next() {
		again := Series{scale: to}
		if again.addAll(values) {
			*s = again
			return
		}
	}
}

// values returns the values, but for one that has begun a run and is not in it
// yet.
func (s *Series) values() []tag.Value {
	values := make([]tag.Value, s.n, s.n+1)
	NewReader(s.AppendTo(nil)).Series(values)
	return values
}

// addAll adds values, and reports false where one is not of the scale.
func (s *Series) addAll(values []tag.Value) bool {
	for _, v := range values {
		if kind := v.Kind(); kind == tag.Float || kind == tag.Int {
			if _, ok := s.scale.integer(kind, v.Bits()); !ok {
				return false
			}
		}
		s.Add(v)
	}
	return true
}

// AppendTo appends the values, for Reader.Series to take. Their number is not
// written. It changes nothing.
func (s *Series) AppendTo(dst []byte) []byte {
	if s.n == 0 {
		return dst
	}
	dst = s.appendRuns(dst)
	if s.more != nil {
		dst = s.more.texts.appendTo(dst)
	}
	if s.integers.n == 0 {
		return dst
	}
	return s.integers.AppendTo(append(dst, byte(s.scale)))
}

// AppendSeries appends values, for Reader.Series to take.
func AppendSeries(dst []byte, values []tag.Value) []byte {
	var s Series
	for _, v := range values {
		s.Add(v)
	}
	return s.AppendTo(dst)
}

// HasTexts reports whether a value is text, octets, an array or an object: what
// a compressor is worth its while for.
func (s *Series) HasTexts() bool { return s.more != nil && s.more.texts.n > 0 }

// IsAbsent reports whether no value is there.
func (s *Series) IsAbsent() bool {
	return s.kind == tag.Absent && s.more == nil
}
