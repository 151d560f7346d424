package exec

import (
	"cmp"
	"slices"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// class is the members of a group whose filters are equal.
type class struct {
	filter  *expr.Node // what is left to evaluate for a candidate; nil: nothing
	column  string     // of the comparison that it is found by; empty: it is always a candidate
	key     *expr.Comparison
	members []*Member
	rows    []int32 // of the batch in hand, that it may be met by
}

// newClass returns the class of a filter, without members.
func newClass(p *plan.Select) *class {
	c := &class{}
	if c.key, c.filter = p.IndexKey(); c.key != nil {
		c.column = p.Columns[c.key.Column].Name
	}
	return c
}

// index finds the classes that a row can meet.
type index struct {
	always  []*class
	columns []*columnIndex
}

// columnIndex finds classes by the value of one column.
type columnIndex struct {
	name  string // lower case
	slot  int    // in the rows of the batch in hand, -1: they have none
	equal map[string][]*class
	above []threshold // x > c and x >= c, by c ascending
	below []threshold // x < c and x <= c, by c descending
	key   []byte
}

// threshold is a class that is met beyond a number, or at it too.
type threshold struct {
	limit tag.Value
	at    bool
	class *class
}

func newIndex(classes []*class) index {
	var x index
	byName := make(map[string]*columnIndex)
	for _, c := range classes {
		if c.key == nil {
			x.always = append(x.always, c)
			continue
		}
		column := byName[c.column]
		if column == nil {
			column = &columnIndex{name: c.column, equal: make(map[string][]*class)}
			byName[c.column] = column
			x.columns = append(x.columns, column)
		}
		column.add(c)
	}
	for _, column := range x.columns {
		column.sort()
	}
	return x
}

func (x *columnIndex) add(c *class) {
	t := threshold{c.key.Constant, c.key.Op&expr.Equal != 0, c}
	switch {
	case c.key.Op == expr.Equal:
		key := string(value.AppendKey(nil, c.key.Constant))
		x.equal[key] = append(x.equal[key], c)
	case c.key.Op&expr.Greater != 0:
		x.above = append(x.above, t)
	default:
		x.below = append(x.below, t)
	}
}

// sort puts thresholds in the order in which a growing value, or a falling one,
// meets them.
func (x *columnIndex) sort() {
	order := func(a, b threshold) int {
		return cmp.Or(value.Compare(a.limit, b.limit), -cmp.Compare(truth(a.at), truth(b.at)))
	}
	slices.SortStableFunc(x.above, order)
	slices.SortStableFunc(x.below, func(a, b threshold) int {
		return cmp.Or(value.Compare(b.limit, a.limit), -cmp.Compare(truth(a.at), truth(b.at)))
	})
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

// bind finds the columns in rows of a schema.
func (x *index) bind(s *tag.Schema) {
	for _, column := range x.columns {
		column.slot = -1
		if slot, ok := plan.Find(s, column.name); ok {
			column.slot = slot
		}
	}
}

// candidates gives each class the rows of a batch that can meet it, and appends
// those classes. The classes that are always candidates are left out.
func (x *index) candidates(dst []*class, b *tag.Batch) []*class {
	for _, column := range x.columns {
		if column.slot < 0 {
			continue
		}
		row := b.Row
		if column.slot < b.Ready() {
			row = b.Front
		}
		for i := range b.Len() {
			if v := row(i)[column.slot]; !v.IsNull() {
				dst = column.candidates(dst, v, int32(i))
			}
		}
	}
	return dst
}

func (x *columnIndex) candidates(dst []*class, v tag.Value, row int32) []*class {
	if len(x.equal) > 0 {
		x.key = value.AppendKey(x.key[:0], v)
		for _, c := range x.equal[string(x.key)] {
			dst = c.meet(dst, row)
		}
	}
	for _, t := range x.above {
		if c := value.Compare(v, t.limit); c < 0 || c == 0 && !t.at {
			break
		}
		dst = t.class.meet(dst, row)
	}
	for _, t := range x.below {
		if c := value.Compare(v, t.limit); c > 0 || c == 0 && !t.at {
			break
		}
		dst = t.class.meet(dst, row)
	}
	return dst
}

// meet notes that a row can meet the class, and appends the class with the
// first.
func (c *class) meet(dst []*class, row int32) []*class {
	if len(c.rows) == 0 {
		dst = append(dst, c)
	}
	c.rows = append(c.rows, row)
	return dst
}
