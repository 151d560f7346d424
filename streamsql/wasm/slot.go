package wasm

import (
	"fmt"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
	"github.com/holdfast-edge/holdfast/tag"
)

// Slot is where a module's functions stay while the module is replaced. It may
// be used concurrently.
type Slot struct {
	current   atomic.Pointer[Module]
	functions []*fn.Func
}

// NewSlot returns a slot with its first module.
func NewSlot(m *Module) *Slot {
	s := &Slot{}
	s.current.Store(m)
	for _, described := range m.functions {
		f := *described
		f.Scalar = func(_ *fn.Context, args []tag.Value) (tag.Value, error) {
			return s.current.Load().Call(f.Name, args)
		}
		s.functions = append(s.functions, &f)
	}
	return s
}

// Functions returns the functions for a registry over fn.Standard. They call
// whatever module is in the slot at the time.
func (s *Slot) Functions() []*fn.Func { return s.functions }

// Module returns the module that is in the slot.
func (s *Slot) Module() *Module { return s.current.Load() }

// Swap puts another module into the slot and returns the one that was there,
// for the caller to close: calls that run in it end first. The new one must have
// the functions of the slot with the same signatures; those that it has besides
// are not seen before the slot is made anew.
func (s *Slot) Swap(m *Module) (before *Module, err error) {
	for _, f := range s.functions {
		if _, ok := m.exports[f.Name]; !ok {
			return nil, fmt.Errorf("swap in module %s: it has no function %s", m.digest, f.Name)
		}
		if got := m.described(f.Name); got.Signature() != f.Signature() || got.Nulls != f.Nulls {
			return nil, fmt.Errorf("swap in module %s: its function is %s: want %s", m.digest, got.Signature(), f.Signature())
		}
	}
	return s.current.Swap(m), nil
}

func (m *Module) described(name string) *fn.Func {
	for _, f := range m.functions {
		if f.Name == name {
			return f
		}
	}
	return nil
}
