package sink

import "sync"

// refusals waits between the goroutines that bring answers and the one that
// settles refusals. It is bounded by the entries on the way, which the cursor
// bounds.
type refusals struct {
	more chan struct{} // has room for one

	mu      sync.Mutex
	waiting []refusal
}

func newRefusals() *refusals { return &refusals{more: make(chan struct{}, 1)} }

func (r *refusals) put(one refusal) {
	r.mu.Lock()
	r.waiting = append(r.waiting, one)
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default: // it is known already
	}
}

// take returns all that wait.
func (r *refusals) take() []refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.waiting
	r.waiting = nil
	return all
}
