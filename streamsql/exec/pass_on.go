package exec

import (
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// passesOn reports whether rows of the batch that the query was made ready for
// go on as they are: SELECT * of rows that need not be read.
func (d *direct) passesOn(b *tag.Batch) bool {
	if !b.HasTexts() || b.HasValueTimes() || len(d.before) > 0 {
		return false
	}
	o := d.output
	if len(o.plan.Items) != 1 || len(o.stars) != 1 || o.table != nil || o.plan.Fields != nil {
		return false
	}
	if o.schema == nil {
		o.settle(d.views[:])
	}
	return o.same(&o.stars[0], d.views[0].bound)
}

// same reports whether a star over rows of a schema has the columns of that
// schema at their places, and no other. The columns that it has not are added.
func (o *output) same(s *outStar, bound *binding) bool {
	if s.same.bound == bound && s.same.schema == o.schema {
		return s.same.is
	}
	if _, known := s.pairs[bound]; !known {
		o.pair(s, nil, bound)
	}
	is := len(s.pairs[bound]) == o.schema.Len()
	for i, p := range s.pairs[bound] {
		is = is && p.from == i && p.to == i
	}
	s.same.bound, s.same.schema, s.same.is = bound, o.schema, is
	return is
}

// passOn emits rows of the batch as they are.
func (d *direct) passOn(b *tag.Batch, rows []int32, emit Emit) {
	d.exec.row = int(rows[len(rows)-1])
	for _, i := range rows {
		hit(&d.frame.Context.Hits, b.Time(int(i)))
	}
	emit(b.Select(d.output.schema, slices.Clone(rows)))
}
