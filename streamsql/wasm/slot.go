package wasm

import (
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// Slot is where a module's functions stay while the module is replaced. It may
// be used concurrently.
type Slot struct {
	current   atomic.Pointer[Module]
	functions atomic.Pointer[[]*fn.Func]
}

// NewSlot returns a slot with its first module.
func NewSlot(m *Module) *Slot {
	s := &Slot{}
	s.current.Store(m)
	s.functions.Store(new([]*fn.Func))
	s.extend(m)
	return s
}

// extend adds the functions of a module that the slot does not have.
func (s *Slot) extend(m *Module) {
	all := s.Functions()
	for _, described := range m.functions {
		if slices.ContainsFunc(all, func(f *fn.Func) bool { return f.Name == described.Name }) {
			continue
		}
		f := *described
		f.Scalar = func(_ *fn.Context, args []tag.Value) (tag.Value, error) {
			return s.current.Load().Call(f.Name, args)
		}
		all = append(all[:len(all):len(all)], &f)
	}
	s.functions.Store(&all)
}

// Functions returns the functions, to be compiled with. They call whatever
// module is in the slot at the time.
func (s *Slot) Functions() []*fn.Func { return *s.functions.Load() }

// Module returns the module that is in the slot.
func (s *Slot) Module() *Module { return s.current.Load() }

// Swap puts another module into the slot and returns the one that was there,
// for the caller to close: calls that run in it end first. The new one must have
// the functions of the slot with the same signatures; those that it has besides
// are there for queries that are compiled from then on. Swap is called by one
// goroutine at a time.
func (s *Slot) Swap(m *Module) (before *Module, err error) {
	for _, f := range s.Functions() {
		if _, ok := m.exports[f.Name]; !ok {
			return nil, fmt.Errorf("swap in module %s: it has no function %s", m.digest, f.Name)
		}
		if got := m.described(f.Name); got.Signature() != f.Signature() || got.Nulls != f.Nulls {
			return nil, fmt.Errorf("swap in module %s: its function is %s: want %s", m.digest, got.Signature(), f.Signature())
		}
	}
	before = s.current.Swap(m)
	s.extend(m)
	return before, nil
}

func (m *Module) described(name string) *fn.Func {
	for _, f := range m.functions {
		if f.Name == name {
			return f
		}
	}
	return nil
}
