package broker

import "github.com/holdfast-edge/holdfast/tag"

// ring is a bounded queue of batches. It is guarded by its stream's lock.
type ring struct {
	slots []*tag.Batch
	first int
	count int
}

func newRing(capacity int) ring { return ring{slots: make([]*tag.Batch, max(capacity, 1))} }

func (r *ring) full() bool  { return r.count == len(r.slots) }
func (r *ring) empty() bool { return r.count == 0 }

// push appends to a ring that is not full.
func (r *ring) push(b *tag.Batch) {
	r.slots[(r.first+r.count)%len(r.slots)] = b
	r.count++
}

// pop takes the oldest batch of a ring that is not empty.
func (r *ring) pop() *tag.Batch {
	b := r.slots[r.first]
	r.slots[r.first] = nil
	r.first = (r.first + 1) % len(r.slots)
	r.count--
	return b
}

// newest returns the batch pushed last into a ring that is not empty.
func (r *ring) newest() *tag.Batch { return r.slots[(r.first+r.count-1)%len(r.slots)] }
