package exec

import (
	"bytes"
	"hash/maphash"
	"iter"

	"github.com/holdfast-edge/holdfast/streamsql/expr"
	"github.com/holdfast-edge/holdfast/streamsql/plan"
	"github.com/holdfast-edge/holdfast/streamsql/value"
)

// partners finds the rows of an input that may join a row: those of equal keys, or
// all where there are no keys. It is used again for each window.
type partners struct {
	staged *staged
	keys   []plan.Key
	rows   int
	seed   maphash.Seed
	first  map[uint64]int32 // the first row of a hash
	next   []int32          // the next row of the same hash; -1: none
	bytes  []byte           // the keys of all rows, one behind the other
	ends   []int            // where in bytes the key of each row ends
	key    []byte
}

// index prepares the search among an input's rows.
func (s *staged) index(j plan.Join, k int, added []*record) *partners {
	if s.partners == nil {
		s.partners = make([]*partners, len(s.plan.Inputs))
	}
	l := s.partners[k]
	if l == nil {
		l = &partners{staged: s, keys: j.Keys, seed: maphash.MakeSeed(), first: make(map[uint64]int32)}
		s.partners[k] = l
	}
	l.fill(k, added)
	return l
}

// fill takes in rows instead of those of before. They are chained from the last
// to the first, so that they are found in their order.
func (l *partners) fill(k int, added []*record) {
	l.rows = len(added)
	if len(l.keys) == 0 {
		return
	}
	clear(l.first)
	l.next, l.bytes, l.ends = l.next[:0], l.bytes[:0], l.ends[:0]
	row := l.staged.slab.row(len(l.staged.plan.Inputs))
	for _, r := range added {
		row[k] = r
		l.staged.standJoined(row)
		if l.take(func(key plan.Key) *expr.Node { return key.Right }) {
			l.bytes = append(l.bytes, l.key...)
		}
		l.ends = append(l.ends, len(l.bytes))
		l.next = append(l.next, -1)
	}
	for i := len(added) - 1; i >= 0; i-- {
		if key := l.keyOf(i); len(key) > 0 {
			hash := maphash.Bytes(l.seed, key)
			if after, ok := l.first[hash]; ok {
				l.next[i] = after
			}
			l.first[hash] = int32(i)
		}
	}
}

// keyOf returns the key of a row, empty where it has none.
func (l *partners) keyOf(i int) []byte {
	from := 0
	if i > 0 {
		from = l.ends[i-1]
	}
	return l.bytes[from:l.ends[i]]
}

// candidates returns the rows that may join a row.
func (l *partners) candidates(row []*record) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(l.keys) == 0 {
			for i := range l.rows {
				if !yield(i) {
					return
				}
			}
			return
		}
		l.equal(row, yield)
	}
}

// equal yields the rows of the key that a row has.
func (l *partners) equal(row []*record, yield func(int) bool) {
	l.staged.standJoined(row)
	if !l.take(func(k plan.Key) *expr.Node { return k.Left }) {
		return
	}
	i, ok := l.first[maphash.Bytes(l.seed, l.key)]
	for ; ok && i >= 0; i = l.next[i] {
		if bytes.Equal(l.keyOf(int(i)), l.key) && !yield(int(i)) {
			return
		}
	}
}

// take evaluates the keys of one side, and reports false where one is NULL,
// which equals nothing.
func (l *partners) take(side func(plan.Key) *expr.Node) bool {
	l.key = l.key[:0]
	for _, k := range l.keys {
		v := side(k).Eval(&l.staged.frame)
		if v.IsNull() {
			return false
		}
		l.key = value.AppendKey(l.key, v)
	}
	return true
}
