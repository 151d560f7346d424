package exec

import (
	"fmt"
	"math"

	"github.com/holdfast-edge/holdfast/streamsql/value"
	"github.com/holdfast-edge/holdfast/tag"
)

// held is what the open windows of a SELECT keep, which may be ones that never
// close: rows, and groups. Where they have more octets than they may, the oldest rows
// of the largest pane make room, and have failed; a new group fails. Of a band it is
// what the host keeps, which has the columns of all members.
type held struct {
	octets  int
	limit   int
	largest *kept // of those that rows were added to of late
}

// newHeld returns what keeps nothing yet.
func newHeld(o Options) held {
	if o.Held > 0 {
		return held{limit: o.Held}
	}
	return held{limit: maxHeld}
}

// kept counts the rows of one pane; nil: they are not bounded.
type kept struct {
	rows   int
	octets int
	drop   func() *record // takes the oldest row away
}

// What a row or a group costs to keep beside its content, and each of its values.
const (
	rowOverhead   = 128
	groupOverhead = 128
	valueOverhead = 24
	plainSize     = 4 // of a value that is neither text nor nested
)

// measure returns about how many octets a kept record takes. It is measured once, if
// not when it was made, so that what is counted when it goes is what was when it came.
func (r *record) measure() int {
	if r.size == 0 {
		r.size = int32(min(r.weigh(), math.MaxInt32))
	}
	return int(r.size)
}

// weighed notes what a record takes whose values take so much beyond what plain ones do.
func (r *record) weighed(beyond int) {
	size := rowOverhead + (len(r.values)+len(r.computed))*(valueOverhead+plainSize) + beyond
	r.size = int32(min(size, math.MaxInt32))
}

// weigh returns about how many octets a record takes.
func (r *record) weigh() int { return rowOverhead + sizeOf(r.values) + sizeOf(r.computed) }

func sizeOf(values []tag.Value) int {
	size := len(values) * (valueOverhead + plainSize)
	for i := range values {
		switch values[i].Kind() {
		case tag.String, tag.Bytes, tag.Array, tag.ObjectKind:
			size += value.Size(values[i], maxHeld) - plainSize
		}
	}
	return size
}

// add counts a row that a pane keeps from now on.
func (h *held) add(k *kept, r *record) {
	if k == nil {
		return
	}
	size := r.measure()
	k.rows++
	k.octets += size
	h.octets += size
	if h.largest == nil || k.octets > h.largest.octets {
		h.largest = k
	}
}

// remove counts a row that a pane keeps no longer.
func (h *held) remove(k *kept, r *record) {
	if k == nil {
		return
	}
	size := r.measure()
	k.rows--
	k.octets -= size
	h.octets -= size
}

// free counts all rows of a pane as gone.
func (h *held) free(k *kept) {
	if k == nil {
		return
	}
	h.octets -= k.octets
	k.rows, k.octets = 0, 0
	if h.largest == k {
		h.largest = nil
	}
}

// makeRoom drops the oldest rows of the largest pane until there are not too many.
// A pane keeps its last row: what is beyond is no more than one for each.
func (w *windows) makeRoom() {
	h := &w.held
	for h.octets > h.limit && h.largest != nil && h.largest.rows > 1 {
		w.staged.failedRow(h.largest.drop(), h.tooMuch())
	}
}

// takes counts so many octets, unless they are too many.
func (h *held) takes(size int) bool {
	if h.octets+size > h.limit {
		return false
	}
	h.octets += size
	return true
}

// tooMuch is the error of a row that had to go.
func (h *held) tooMuch() error {
	return fmt.Errorf("the row was dropped from a window that has not closed: the rows that windows keep have more than %s; "+
		"close the window sooner, keep fewer columns, or have aggregates add its rows up", mebibytes(h.limit))
}

// tooManyGroups is the error of a row whose group cannot be kept.
func (h *held) tooManyGroups() error {
	return fmt.Errorf("the groups that windows keep have more than %s: close the window sooner, or group by shorter values", mebibytes(h.limit))
}

// tooManyValues is the error of a row whose value DISTINCT cannot keep.
func (h *held) tooManyValues() error {
	return fmt.Errorf("the different values and groups that windows keep have more than %s: close the window sooner, or count shorter values", mebibytes(h.limit))
}

// tooSorted is the error of a row or group that cannot be given.
func (h *held) tooSorted() error {
	return fmt.Errorf("what the rows of one window are sorted, numbered or told apart by has more than %s: "+
		"sort by shorter values, such as substr(x, 1, 100)", mebibytes(h.limit))
}

// mebibytes writes a number of octets.
func mebibytes(n int) string { return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20)) }
