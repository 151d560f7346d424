package uplink

import (
	"sync"
	"time"
)

// Status is how a node stands to its cloud. It outlives the actors and may be used concurrently.
type Status struct {
	mu   sync.Mutex
	view View
}

// View is a status at one moment.
type View struct {
	Site      string    `json:"site"`
	Connected bool      `json:"connected"`
	Member    string    `json:"member,omitempty"`
	Address   string    `json:"address,omitempty"`
	Epoch     uint64    `json:"epoch"`
	Since     time.Time `json:"since" doc:"Connected, or away."`
	Expires   time.Time `json:"expires" doc:"Of the certificate."`
	Trouble   string    `json:"trouble,omitempty" doc:"Why it is away."`
	Commands  uint64    `json:"commands" doc:"Taken since the node was started."`
}

// View returns the status as it is.
func (s *Status) View() View {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.view
}

func (s *Status) change(change func(*View)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.view)
}
