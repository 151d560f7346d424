package node

import "sync"

// meters holds the counters of one kind of actor by name, so that they outlive
// its incarnations.
type meters[M any] struct {
	mu     sync.Mutex
	byName map[string]*M
}

// of returns the meter of a name, the same one each time.
func (m *meters[M]) of(name string) *M {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.byName == nil {
		m.byName = map[string]*M{}
	}
	meter, ok := m.byName[name]
	if !ok {
		meter = new(M)
		m.byName[name] = meter
	}
	return meter
}
