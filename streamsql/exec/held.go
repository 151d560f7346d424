package exec

import "github.com/holdfast-edge/holdfast/streamsql/value"

// held is the rows that the open windows of a SELECT keep, which may be ones that
// never close. Where they have more than maxHeld octets the oldest of the largest
// pane make room, and have failed. Of a band it is the rows of the host, which have
// the columns of all members.
type held struct {
	octets  int
	largest *kept // of those that rows were added to of late
}

// kept counts the rows of one pane; nil: they are not bounded.
type kept struct {
	rows   int
	octets int
	drop   func() *record // takes the oldest row away
}

// What a row costs to keep beside its content, and each of its values.
const (
	rowOverhead   = 128
	valueOverhead = 24
)

// size returns about how many octets a record takes.
func (r *record) size() int {
	size := rowOverhead
	for _, v := range r.values {
		size += valueOverhead + value.Size(v, maxHeld)
	}
	for _, v := range r.computed {
		size += valueOverhead + value.Size(v, maxHeld)
	}
	return size
}

// add counts a row that a pane keeps from now on.
func (h *held) add(k *kept, r *record) {
	if k == nil {
		return
	}
	size := r.size()
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
	size := r.size()
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
	for h.octets > maxHeld && h.largest != nil && h.largest.rows > 1 {
		w.staged.failedRow(h.largest.drop(), errTooHeld)
	}
}
