package log

import "sync"

// recent keeps the last committed entries in memory, for the cursors that are
// at the tail. It is bounded in octets and drops its oldest; they are on the
// disk.
type recent struct {
	mu      sync.RWMutex
	limit   int
	groups  []group
	octets  int
	from    uint64 // position of the first entry kept
	end     uint64 // position behind the last one
	changed chan struct{}
}

func newRecent(limit int, end uint64) *recent {
	return &recent{limit: limit, from: end, end: end, changed: make(chan struct{})}
}

// add appends what was committed and wakes those who wait for it. The blocks
// of the group are not kept, and nothing of a bare one, nor what is before it.
func (r *recent) add(g group) {
	g.blocks, g.next, g.answers = nil, nil, nil
	r.mu.Lock()
	defer r.mu.Unlock()
	r.groups = append(r.groups, g)
	r.octets += g.octets
	r.end = g.end
	for (g.bare || r.octets > r.limit) && len(r.groups) > 0 {
		r.octets -= r.groups[0].octets
		r.from = r.groups[0].end
		r.groups[0] = group{}
		r.groups = r.groups[1:]
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// tail returns the position behind the last entry and a channel that is closed
// when there is one more.
func (r *recent) tail() (uint64, <-chan struct{}) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.end, r.changed
}

// read returns the entries from a position on that came in one commit, and its
// time. It reports false where they are no longer in memory.
func (r *recent) read(from uint64) (entries []committed, at int64, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if from < r.from || from >= r.end {
		return nil, 0, false
	}
	for _, g := range r.groups {
		if from < g.end {
			first := g.end - uint64(len(g.entries))
			return g.entries[from-first:], g.time, true
		}
	}
	return nil, 0, false
}
