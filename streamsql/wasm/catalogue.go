package wasm

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/holdfast-edge/holdfast/streamsql/fn"
)

// Catalogue is the modules of a site by name. Queries are compiled with its
// Functions and go on calling them while modules are replaced. It may be used
// concurrently. Modules belong to who put them in, who closes those that are
// given back.
type Catalogue struct {
	mu    sync.Mutex
	slots map[string]*Slot
}

// Entry is one module of a catalogue.
type Entry struct {
	Name      string
	Digest    Digest
	Functions []*fn.Func // by name
}

// NewCatalogue returns a catalogue without modules.
func NewCatalogue() *Catalogue { return &Catalogue{slots: make(map[string]*Slot)} }

// Put puts a module in under a name. Where one has the name already, queries
// that call its functions call the new one from then on, and the old one is
// returned to be closed; a module that lacks one of its functions, or has it
// with another signature, is refused (see Slot.Swap): take the old one out first.
// So is one with a function that another module has.
func (c *Catalogue) Put(name string, m *Module) (before *Module, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other, slot := range c.slots {
		for _, f := range slot.Functions() {
			if other != name && m.described(f.Name) != nil {
				return nil, fmt.Errorf("put in module %s: module %s has a function %s already", name, other, f.Name)
			}
		}
	}
	if slot, ok := c.slots[name]; ok {
		if before, err = slot.Swap(m); err != nil {
			return nil, fmt.Errorf("put in module %s: %w", name, err)
		}
		return before, nil
	}
	c.slots[name] = NewSlot(m)
	return nil, nil
}

// Remove takes a module out and returns it to be closed, nil where there is none
// of the name. Queries that call its functions get ErrClosed for each row once it
// is closed; new ones do not find them.
func (c *Catalogue) Remove(name string) *Module {
	c.mu.Lock()
	defer c.mu.Unlock()
	slot, ok := c.slots[name]
	if !ok {
		return nil
	}
	delete(c.slots, name)
	return slot.Module()
}

// Functions returns the functions of all modules, to compile queries with.
func (c *Catalogue) Functions() []*fn.Func {
	var all []*fn.Func
	for _, e := range c.Entries() {
		all = append(all, e.Functions...)
	}
	return all
}

// Entries returns the modules in the order of their names.
func (c *Catalogue) Entries() []Entry {
	c.mu.Lock()
	defer c.mu.Unlock()
	var entries []Entry
	for _, name := range slices.Sorted(maps.Keys(c.slots)) {
		slot := c.slots[name]
		entries = append(entries, Entry{name, slot.Module().Digest(), slot.Functions()})
	}
	return entries
}
