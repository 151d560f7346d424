package supervisor

import "time"

// Tree is an actor and all below it as they were at one moment. It is a copy
// that the reader owns, except that failures are shared and must not be changed.
type Tree struct {
	Path string
	Name string
	Kind string
	// Strategy and Policy are those of the actor's Spec.
	Strategy Strategy `json:"-"`
	Policy   Policy   `json:"-"`
	// Phase is the supervision's view. State is what the actor reports of itself
	// while it runs, and otherwise the phase; Detail belongs to State.
	Phase  Phase
	State  string
	Detail string
	// Since is when State became what it is.
	Since time.Time
	// Restarts counts the incarnations after the first that have started,
	// Rejected the messages that were not taken.
	Restarts int
	Rejected int64
	// Alarm tells that the actor's failures need a person.
	Alarm bool
	// LastFailure is nil if it never failed.
	LastFailure *Failure
	// Next is when it will be started again; zero unless it waits for that.
	Next time.Time
	// Goroutines are the names of those that Go runs for it.
	Goroutines []string
	Children   []Tree
}

// Tree is a consistent snapshot of the whole system.
func (s *System) Tree() Tree {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	return snapshot(s.registry.root)
}

// Subtree is a consistent snapshot of the actor at path and all below it; ok is
// false if there is none.
func (s *System) Subtree(path string) (t Tree, ok bool) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	n, ok := s.registry.byPath[path]
	if !ok {
		return Tree{}, false
	}
	return snapshot(n), true
}

func snapshot(n *node) Tree {
	t := Tree{
		Path: n.head.Path, Name: n.spec.Name, Kind: n.head.Kind, Strategy: n.spec.Strategy, Policy: n.spec.Policy,
		Phase: n.phase, State: n.state(), Detail: n.detail, Since: n.since,
		Restarts: max(0, n.ups-1), Rejected: n.rejected.Load(), Alarm: n.alarm,
		LastFailure: n.failure, Next: n.next, Goroutines: n.tasks,
	}
	if n.children > 0 {
		t.Children = make([]Tree, 0, n.children)
	}
	for child := n.first; child != nil; child = child.after {
		t.Children = append(t.Children, snapshot(child))
	}
	return t
}

// Find gives the part of the tree at path, nil if there is none.
func (t *Tree) Find(path string) *Tree {
	if t.Path == path {
		return t
	}
	for i := range t.Children {
		if found := t.Children[i].Find(path); found != nil {
			return found
		}
	}
	return nil
}
