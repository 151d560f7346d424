package tag

import (
	"fmt"
	"strings"
)

// indexAbove is the number of fields from which an Object keeps an index; a
// scan of fewer names is quicker than a map.
const indexAbove = 16

// Object is an immutable list of named values in the order of their source.
// It may be read concurrently.
type Object struct {
	names  []string
	values []Value
	index  map[string]int
}

// NewObject returns an object over both slices, which it keeps. A name that
// stands twice keeps both places and is found at the last, as JSON readers do.
func NewObject(names []string, values []Value) (*Object, error) {
	if len(names) != len(values) {
		return nil, fmt.Errorf("make object: %d names for %d values", len(names), len(values))
	}
	o := &Object{names: names, values: values}
	if len(names) > indexAbove {
		o.index = make(map[string]int, len(names))
		for i, name := range names {
			o.index[name] = i
		}
	}
	return o, nil
}

// Len returns the number of fields.
func (o *Object) Len() int { return len(o.names) }

// At returns the name and the value of field i.
func (o *Object) At(i int) (string, Value) { return o.names[i], o.values[i] }

// Lookup returns the value under the name.
func (o *Object) Lookup(name string) (Value, bool) {
	if o.index != nil {
		i, ok := o.index[name]
		if !ok {
			return Value{}, false
		}
		return o.values[i], true
	}
	for i := len(o.names) - 1; i >= 0; i-- {
		if o.names[i] == name {
			return o.values[i], true
		}
	}
	return Value{}, false
}

// Equal reports whether both objects have equal values under the same names,
// in any order.
func (o *Object) Equal(p *Object) bool {
	if len(o.names) != len(p.names) {
		return false
	}
	for _, name := range o.names {
		a, _ := o.Lookup(name)
		b, ok := p.Lookup(name)
		if !ok || !a.Equal(b) {
			return false
		}
	}
	return true
}

func (o *Object) clone() *Object {
	c := &Object{names: make([]string, len(o.names)), values: cloneValues(o.values), index: o.index}
	for i, name := range o.names {
		c.names[i] = strings.Clone(name)
	}
	return c
}
