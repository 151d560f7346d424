package fn

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Registry finds functions by name, whatever its case. It is immutable once it
// was made and may be used concurrently.
type Registry struct {
	parent *Registry // looked up where this one has no such name; may be nil
	byName map[string]*Func
	all    []*Func
}

// NewRegistry returns a registry of the functions over a parent, whose
// functions of the same names they hide; parent may be nil. A function that
// contradicts itself, and a name that stands twice, are errors.
func NewRegistry(parent *Registry, functions ...*Func) (*Registry, error) {
	r := &Registry{parent: parent, byName: make(map[string]*Func), all: functions}
	for _, f := range functions {
		if err := f.check(); err != nil {
			return nil, fmt.Errorf("register function %s: %w", f.Name, err)
		}
		for _, name := range append([]string{f.Name}, f.Aliases...) {
			if _, twice := r.byName[name]; twice {
				return nil, fmt.Errorf("register function %s: the name %s is taken", f.Name, name)
			}
			r.byName[name] = f
		}
	}
	return r, nil
}

// Lookup returns the function of a name.
func (r *Registry) Lookup(name string) (*Func, bool) {
	name = strings.ToLower(name)
	for at := r; at != nil; at = at.parent {
		if f, ok := at.byName[name]; ok {
			return f, true
		}
	}
	return nil, false
}

// Resolve returns the function that a call with so many arguments means. min
// and max of several values are scalar functions and not aggregates, as in
// SQLite; those are registered under the name with "_of" behind it.
func (r *Registry) Resolve(name string, args int) (*Func, bool) {
	f, ok := r.Lookup(name)
	if ok && args > 1 && f.Kind() == AggregateKind {
		if several, ok := r.Lookup(name + "_of"); ok {
			return several, true
		}
	}
	return f, ok
}

// All returns every function once, in the order of their names, without those
// that are hidden.
func (r *Registry) All() []*Func {
	var all []*Func
	for at := r; at != nil; at = at.parent {
		for _, f := range at.all {
			if seen, _ := r.Lookup(f.Name); seen == f {
				all = append(all, f)
			}
		}
	}
	slices.SortFunc(all, func(a, b *Func) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Names returns every name and alias, for suggestions.
func (r *Registry) Names() []string {
	var names []string
	for _, f := range r.All() {
		names = append(append(names, f.Name), f.Aliases...)
	}
	return names
}

// check finds contradictions that the type system lets through.
func (f *Func) check() error {
	implementations := 0
	for _, set := range []bool{f.Scalar != nil || f.Bind != nil, f.Aggregate != nil, f.Analytic != nil, f.Table != nil} {
		if set {
			implementations++
		}
	}
	switch {
	case f.Name == "" || f.Name != strings.ToLower(f.Name):
		return fmt.Errorf("name %q is not lower case", f.Name)
	case implementations != 1:
		return fmt.Errorf("%d implementations, want one", implementations)
	case f.Returns == 0:
		return fmt.Errorf("no return type")
	case f.Doc == "":
		return fmt.Errorf("no documentation")
	}
	return f.checkParams()
}

func (f *Func) checkParams() error {
	optional := false
	for i, p := range f.Params {
		switch {
		case p.Name == "" || p.Type == 0:
			return fmt.Errorf("parameter %d has no name or type", i+1)
		case p.Rest && i != len(f.Params)-1:
			return fmt.Errorf("parameter %s: only the last can be any number", p.Name)
		case optional && !p.Optional && !p.Rest:
			return fmt.Errorf("parameter %s: all behind an optional one are optional", p.Name)
		}
		optional = p.Optional
	}
	return nil
}

// sortedNames returns the keys of a map in their order.
func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
