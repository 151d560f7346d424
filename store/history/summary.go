package history

import (
	"math"

	"github.com/holdfast-edge/holdfast/tag"
)

// Bucket sums up the values of a field over a stretch of time. Min, Max, Avg
// and Sum are over the numbers that are not Bad; without any, Sum is 0 and the
// others are NaN.
type Bucket struct {
	Start   int64 // nanoseconds since the Unix epoch
	Min     float64
	Max     float64
	Avg     float64
	Sum     float64
	Last    tag.Value // whatever its kind and quality
	Count   int       // values of any kind and quality
	Numbers int       // of them, those that Avg is over
	Good    float64   // share of them whose quality is Good, 0 to 1
}

// sums is a bucket that is being added up.
type sums struct {
	count, good, numbers int
	lowest, highest      float64
	sum, carry           float64 // carry is what sum has lost to rounding
	last                 tag.Value
}

// add adds a value, the latest so far.
func (s *sums) add(v tag.Value) {
	s.count++
	s.last = v
	if v.Quality().IsGood() {
		s.good++
	}
	if f, ok := v.Float(); ok && !v.IsNull() && f == f {
		s.number(f, f, f, 1)
	}
}

// addAll adds values, each the latest so far; those that are absent are none.
func (s *sums) addAll(values []tag.Value) {
	for _, v := range values {
		if v.Kind() != tag.Absent {
			s.add(v)
		}
	}
}

// merge adds the values of another one, all of them later.
func (s *sums) merge(o *sums) {
	if o.count == 0 {
		return
	}
	s.count += o.count
	s.good += o.good
	s.last = o.last
	if o.numbers > 0 {
		s.number(o.total(), o.lowest, o.highest, o.numbers)
	}
}

// number adds n numbers whose sum, least and greatest are given. The sum is
// compensated (Neumaier 1974): the sum of decimals is then the decimal that one
// expects, which is also shorter to store.
func (s *sums) number(sum, lowest, highest float64, n int) {
	if s.numbers == 0 {
		s.lowest, s.highest = lowest, highest
	}
	s.numbers += n
	s.lowest, s.highest = min(s.lowest, lowest), max(s.highest, highest)
	t := s.sum + sum
	if math.Abs(s.sum) >= math.Abs(sum) {
		s.carry += s.sum - t + sum
	} else {
		s.carry += sum - t + s.sum
	}
	s.sum = t
}

// total returns the sum of the numbers.
func (s *sums) total() float64 {
	if t := s.sum + s.carry; t == t {
		return t
	}
	return s.sum // an infinity has no carry
}

// bucket returns the sums as a caller gets them.
func (s *sums) bucket(start int64) Bucket {
	b := Bucket{
		Start: start, Min: s.lowest, Max: s.highest, Sum: s.total(), Last: s.last,
		Count: s.count, Numbers: s.numbers, Good: float64(s.good) / float64(s.count),
	}
	b.Avg = b.Sum / float64(s.numbers)
	if s.numbers == 0 {
		b.Min, b.Max, b.Avg = math.NaN(), math.NaN(), math.NaN()
	}
	return b
}

// stepper gives out a bucket for each step of time that has values. Times come
// in order, or fall back within the step that is open.
type stepper struct {
	from, step int64
	fn         func(Bucket) error
	start      int64
	sums       sums
}

// open returns the sums of the step that has a time.
func (s *stepper) open(at int64) (*sums, error) {
	start := max(s.from+floor(at-s.from, s.step), s.from)
	if start != s.start {
		if err := s.end(); err != nil {
			return nil, err
		}
		s.start = start
	}
	return &s.sums, nil
}

// end gives out the step that is open.
func (s *stepper) end() error {
	done := s.sums
	s.sums = sums{}
	if done.count == 0 {
		return nil
	}
	return s.fn(done.bucket(s.start))
}
