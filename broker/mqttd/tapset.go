package mqttd

import "sync"

// tapSet is the taps of a broker, to be closed with it.
type tapSet struct {
	mu  sync.Mutex
	all map[*Tap]struct{}
}

func (s *tapSet) add(t *Tap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[*Tap]struct{}{}
	}
	s.all[t] = struct{}{}
}

func (s *tapSet) remove(t *Tap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, t)
}

// closeAll closes what is still open.
func (s *tapSet) closeAll() {
	s.mu.Lock()
	open := make([]*Tap, 0, len(s.all))
	for t := range s.all {
		open = append(open, t)
	}
	s.mu.Unlock()
	for _, t := range open {
		t.Close()
	}
}
