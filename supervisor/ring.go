package supervisor

// ring is a first-in first-out queue that doubles as it fills and gives its
// memory back when it runs empty after growing large. It is not for concurrent use.
type ring struct {
	slots       []any // length zero or a power of two
	head, count int
}

// Sizes of a ring's memory, in messages.
const (
	ringSmallest = 4
	ringKept     = 64 // more than this is released when the ring runs empty
)

func (r *ring) push(v any) {
	if r.count == len(r.slots) {
		r.grow()
	}
	r.slots[(r.head+r.count)&(len(r.slots)-1)] = v
	r.count++
}

// pop gives the oldest value; ok is false if there is none.
func (r *ring) pop() (v any, ok bool) {
	if r.count == 0 {
		return nil, false
	}
	v = r.slots[r.head]
	r.slots[r.head] = nil
	r.head = (r.head + 1) & (len(r.slots) - 1)
	r.count--
	if r.count == 0 && len(r.slots) > ringKept {
		*r = ring{}
	}
	return v, true
}

func (r *ring) grow() {
	larger := make([]any, max(ringSmallest, 2*len(r.slots)))
	for i := range r.count {
		larger[i] = r.slots[(r.head+i)&(len(r.slots)-1)]
	}
	r.slots, r.head = larger, 0
}
