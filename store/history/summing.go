package history

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// The parts of a block of buckets, by field, beside timesPart. Those of numbers
// are there where the field has any; goodPart and numbersPart where they differ
// from countPart.
const (
	countPart   = 3
	goodPart    = 4
	lastPart    = 5
	numbersPart = 6
	lowestPart  = 7
	highestPart = 8
	sumPart     = 9
)

// summing sums the rows of one stream up, each value once: what the finest
// bucket comes to goes on to those that it lies in.
type summing struct {
	tiers  []*summedTier // the coarsest first
	fields []fieldSums
	spans  []bucketSpan // of the block in hand
	times  []int64
	values []tag.Value
}

// fieldSums is the buckets of a field that are open, by tier.
type fieldSums []openBucket

type openBucket struct {
	bucket int // its place in the tier
	sums   sums
}

// bucketSpan is rows of a block that are in one bucket of the finest tier.
type bucketSpan struct{ bucket, from, to int }

// summedTier is the buckets of one stream at one width.
type summedTier struct {
	width   int64
	starts  []int64
	within  []int // of each bucket, its place in the next coarser tier
	columns []bucketColumns
}

// bucketColumns is the buckets of one field, by what is told of each.
type bucketColumns struct {
	count, good, numbers         codec.Integers
	last, lowest, highest, total codec.Series
	allGood, allNumbers          bool // until one is not
	anyNumbers                   bool
}

func newSumming(tiers []*tier, fields int) *summing {
	s := &summing{fields: make([]fieldSums, fields)}
	for _, t := range tiers {
		s.tiers = append(s.tiers, &summedTier{width: t.width, columns: make([]bucketColumns, fields)})
	}
	for i := range s.fields {
		s.fields[i] = make(fieldSums, len(tiers))
	}
	return s
}

// add adds the rows of a block, all of them later than those before.
func (s *summing) add(u *unpacker, block []byte) error {
	h, parts, err := splitBlock(block)
	if err != nil {
		return err
	}
	s.values = grown(s.values[:0], h.rows)
	for p := range h.parts() {
		if p.kind == stampsPart {
			continue
		}
		octets, err := p.in(parts)
		if err != nil || int(p.field) >= max(len(s.fields), 1) {
			return fmt.Errorf("%w: field %d", errDamaged, p.field)
		}
		r, err := (&rawPart{p, octets}).reader(u)
		if err != nil {
			return err
		}
		if p.kind == timesPart {
			s.divide(r, h.rows)
		} else if r.Series(s.values); r.Err() == nil {
			s.field(int(p.field))
		}
		if r.Err() != nil {
			return r.Err()
		}
	}
	return nil
}

// divide finds which rows are in which bucket.
func (s *summing) divide(r *codec.Reader, rows int) {
	s.spans = s.spans[:0]
	s.times = grown(s.times[:0], rows)
	if r.Integers(s.times); r.Err() != nil {
		return
	}
	finest := len(s.tiers) - 1
	end := int64(math.MinInt64)
	for i, at := range s.times {
		if at < end && len(s.spans) > 0 {
			s.spans[len(s.spans)-1].to = i + 1
			continue
		}
		bucket := s.bucket(finest, at)
		end = s.tiers[finest].starts[bucket] + s.tiers[finest].width
		s.spans = append(s.spans, bucketSpan{bucket, i, i + 1})
	}
}

// bucket returns the place of the bucket of a time, the last one or a new one.
func (s *summing) bucket(of int, at int64) int {
	t := s.tiers[of]
	start := floor(at, t.width)
	if n := len(t.starts); n > 0 && t.starts[n-1] == start {
		return n - 1
	}
	t.starts = append(t.starts, start)
	if of > 0 {
		t.within = append(t.within, s.bucket(of-1, at))
	}
	return len(t.starts) - 1
}

// field adds the values of a field in the block in hand.
func (s *summing) field(i int) {
	finest := len(s.tiers) - 1
	open := &s.fields[i][finest]
	for _, span := range s.spans {
		if open.bucket != span.bucket {
			s.close(i, finest)
			open.bucket = span.bucket
		}
		open.sums.addAll(s.values[span.from:span.to])
	}
}

// close ends the open bucket of a field in a tier.
func (s *summing) close(field, of int) {
	open, t := &s.fields[field][of], s.tiers[of]
	if open.sums.count == 0 {
		return
	}
	t.columns[field].add(open.bucket, &open.sums)
	if of > 0 {
		coarser := &s.fields[field][of-1]
		if at := t.within[open.bucket]; coarser.bucket != at {
			s.close(field, of-1)
			coarser.bucket = at
		}
		coarser.sums.merge(&open.sums)
	}
	open.sums = sums{}
}

// end ends all buckets.
func (s *summing) end() {
	for of := len(s.tiers) - 1; of >= 0; of-- {
		for i := range s.fields {
			s.close(i, of)
		}
	}
	for _, t := range s.tiers {
		for i := range t.columns {
			t.columns[i].pad(len(t.starts))
		}
	}
}

// pad makes the columns as long as there are buckets: those that were passed
// over are empty.
func (c *bucketColumns) pad(n int) {
	for missing := n - c.count.Len(); missing > 0; missing-- {
		c.append(&sums{})
	}
}

// add adds the bucket of a place.
func (c *bucketColumns) add(bucket int, v *sums) {
	c.pad(bucket)
	c.append(v)
}

func (c *bucketColumns) append(v *sums) {
	if c.count.Len() == 0 {
		c.allGood, c.allNumbers = true, true
	}
	c.allGood = c.allGood && v.good == v.count
	c.allNumbers = c.allNumbers && v.numbers == v.count
	c.anyNumbers = c.anyNumbers || v.numbers > 0
	c.count.Append(int64(v.count))
	c.good.Append(int64(v.good))
	c.numbers.Append(int64(v.numbers))
	c.last.Add(v.last)
	c.lowest.Add(tag.FloatOf(v.lowest))
	c.highest.Add(tag.FloatOf(v.highest))
	c.total.Add(tag.FloatOf(v.total()))
}

// block returns the buckets as a block. Of each field it takes the number in
// the file.
func (t *summedTier) block(p *packer, numbers []uint32) []byte {
	var times codec.Integers
	for _, at := range t.starts {
		times.Append(at)
	}
	b := newBlock(p, len(t.starts), t.starts[0], t.starts[len(t.starts)-1])
	b.add(timesPart, 0, &times)
	for i := range t.columns {
		t.columns[i].addTo(b, numbers[i])
	}
	return b.build()
}

func (c *bucketColumns) addTo(b *blockBuilder, field uint32) {
	if c.last.IsAbsent() {
		return
	}
	b.add(countPart, field, &c.count)
	b.series(lastPart, field, &c.last)
	if !c.allGood {
		b.add(goodPart, field, &c.good)
	}
	if !c.anyNumbers {
		return
	}
	if !c.allNumbers {
		b.add(numbersPart, field, &c.numbers)
	}
	b.series(lowestPart, field, &c.lowest)
	b.series(highestPart, field, &c.highest)
	b.series(sumPart, field, &c.total)
}
