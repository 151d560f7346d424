package spec

import (
	"fmt"
	"reflect"
	"slices"
)

// Spec describes the keys of one mapping.
type Spec struct {
	Name   string // of the Go type, for programmers' errors
	Fields []Field

	goType  reflect.Type
	options []optionsField
	origin  int // index of the Origin field, -1 where there is none
}

// Field describes one key.
type Field struct {
	Key      string
	Doc      string
	Type     *Type
	Required bool
	Default  string // as one would write it; empty is none
	Example  string
	Min, Max string // as one would write them; empty is none
	Enum     []string
	Match    string
	Unit     string
	Advanced bool
	Scalar   bool   // the mapping may be written as this value alone
	Single   bool   // the list may be written as one element
	Chooses  string // the kind of component that the value names
	InPlace  string // the key whose value comes from elsewhere where this one is written

	index    []int         // as reflect.Value.FieldByIndex takes it
	fallback reflect.Value // the parsed Default
	min, max *bound
}

// optionsField is where a chosen component's struct goes.
type optionsField struct {
	index      int
	kind, part string
	from       string // the key whose URL's query holds the options; empty for the mapping itself
}

// Components tells what can be chosen and what keys come with it. Implementations are immutable.
type Components interface {
	// Names lists the components of a kind, as in chooses:"kind", sorted.
	Names(kind string) []string
	// Options is the spec of what a component declares for a part; nil where it declares nothing.
	Options(kind, name, part string) *Spec
}

// Sharer is a Components that keeps what is the same only once. Share is given a pointer to each element of a list that
// was decoded and checked without an error, and may put what is equal in the place of what the element leads to.
type Sharer interface {
	Share(element any)
}

// Of reads the spec of a struct type from its tags. An error is a mistake of the programmer who wrote them.
func Of(t reflect.Type) (*Spec, error) {
	return reader{}.spec(t)
}

// reader reads specs; it holds the structs that are being read, to refuse one that contains itself.
type reader map[reflect.Type]bool

func (r reader) spec(t reflect.Type) (*Spec, error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%s: a spec is read from a struct", t)
	}
	if r[t] {
		return nil, fmt.Errorf("%s: the struct contains itself", t)
	}
	r[t] = true
	defer delete(r, t)
	s := &Spec{Name: t.Name(), goType: t, origin: -1}
	return s, r.members(s, t, nil)
}

// members reads the fields of a struct; within is where it is embedded, nil for the struct of the spec itself.
func (r reader) members(s *Spec, t reflect.Type, within []int) error {
	for i := range t.NumField() {
		f := t.Field(i)
		f.Index = append(slices.Clone(within), i)
		if err := r.member(s, f); err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
	}
	return nil
}

// member sorts one Go field into the spec: a key, a place for options, the origin, or nothing of the configuration.
func (r reader) member(s *Spec, f reflect.StructField) error {
	switch {
	case f.Type == originType:
		s.origin = f.Index[0]
	case f.Tag.Get("options") != "":
		return s.addOptions(f.Index[0], f)
	case f.Tag.Get("yaml") != "":
		field, err := r.field(f)
		if err != nil {
			return err
		}
		if _, twice := s.Field(field.Key); twice {
			return fmt.Errorf("the key %q is declared twice", field.Key)
		}
		s.Fields = append(s.Fields, field)
	case f.Anonymous && f.Type.Kind() == reflect.Struct:
		return r.members(s, f.Type, f.Index)
	}
	return nil
}

// Field finds a key.
func (s *Spec) Field(key string) (*Field, bool) {
	if s == nil {
		return nil, false
	}
	for i := range s.Fields {
		if s.Fields[i].Key == key {
			return &s.Fields[i], true
		}
	}
	return nil, false
}

// inPlaceOf finds the key that may be written in place of another; empty where there is none.
func (s *Spec) inPlaceOf(key string) string {
	for i := range s.Fields {
		if s.Fields[i].InPlace == key {
			return s.Fields[i].Key
		}
	}
	return ""
}

// scalar finds the field that the mapping may be written as.
func (s *Spec) scalar() (*Field, bool) {
	for i := range s.Fields {
		if s.Fields[i].Scalar {
			return &s.Fields[i], true
		}
	}
	return nil, false
}
