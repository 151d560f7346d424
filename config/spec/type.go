package spec

import (
	"encoding"
	"fmt"
	"reflect"
	"time"
)

// Shape is how a value is written.
type Shape uint8

// The shapes. A Table is a mapping whose keys are free, a Struct one whose keys are a Spec's. What
// is Raw is taken as it is written.
const (
	Flag Shape = iota
	Integer
	Float
	Text
	List
	Table
	Struct
	Raw
)

// scalar tells whether the value is written as one word.
func (s Shape) scalar() bool { return s <= Text }

// Type describes the values of a field.
type Type struct {
	Shape   Shape
	Name    string // what a person calls it: duration, whole number, list of texts
	Pattern string // of a Text, a regular expression (ECMA 262) for the schema; may be empty
	Secret  bool   // the value refers to a secret
	Elem    *Type  // of a List or Table
	Spec    *Spec  // of a Struct

	goType  reflect.Type
	pointer bool // the Go field is a pointer, nil where the key is not given
}

// Described is implemented by a type that is written as text and has more to say of itself than that.
type Described interface {
	// DescribeText gives the type's name for people and a pattern (ECMA 262) that every valid text matches; the
	// pattern may be empty. Secret tells that the text refers to a secret. It is called on the zero value.
	DescribeText() (name, pattern string, secret bool)
}

var (
	durationType    = reflect.TypeFor[time.Duration]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	marshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
)

// typeOf describes a Go type.
func (r reader) typeOf(t reflect.Type) (*Type, error) {
	if t.Kind() == reflect.Pointer {
		elem, err := r.typeOf(t.Elem())
		if err != nil {
			return nil, err
		}
		pointed := *elem
		pointed.goType, pointed.pointer = t, true
		return &pointed, nil
	}
	if t == durationType {
		return &Type{Shape: Text, Name: "duration", Pattern: durationPattern, goType: t}, nil
	}
	if t == rawType {
		return &Type{Shape: Raw, Name: "anything", goType: t}, nil
	}
	if reflect.PointerTo(t).Implements(unmarshalerType) {
		return textType(t)
	}
	return r.plainType(t)
}

// textType describes a type that reads itself.
func textType(t reflect.Type) (*Type, error) {
	if !t.Implements(marshalerType) {
		return nil, fmt.Errorf("%s reads itself from text but does not write itself (MarshalText on the value)", t)
	}
	described := &Type{Shape: Text, Name: "text", goType: t}
	if d, ok := reflect.Zero(t).Interface().(Described); ok {
		described.Name, described.Pattern, described.Secret = d.DescribeText()
	}
	return described, nil
}

// plainType describes a type by its Go kind.
func (r reader) plainType(t reflect.Type) (*Type, error) {
	switch t.Kind() {
	case reflect.Bool:
		return &Type{Shape: Flag, Name: "true or false", goType: t}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return &Type{Shape: Integer, Name: "whole number", goType: t}, nil
	case reflect.Float32, reflect.Float64:
		return &Type{Shape: Float, Name: "number", goType: t}, nil
	case reflect.String:
		return &Type{Shape: Text, Name: "text", goType: t}, nil
	case reflect.Struct:
		s, err := r.spec(t)
		return &Type{Shape: Struct, Name: "mapping", Spec: s, goType: t}, err
	case reflect.Slice:
		return r.container(t, List, "list of ")
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return r.container(t, Table, "mapping of names to ")
		}
	}
	return nil, fmt.Errorf("a configuration has no values of type %s", t)
}

// container describes a list or a table by its elements.
func (r reader) container(t reflect.Type, shape Shape, name string) (*Type, error) {
	elem, err := r.typeOf(t.Elem())
	if err != nil {
		return nil, err
	}
	return &Type{Shape: shape, Name: name + elem.Name + "s", Elem: elem, goType: t}, nil
}

// String names the shape as forms do.
func (s Shape) String() string {
	return [...]string{"flag", "integer", "float", "text", "list", "table", "struct", "raw"}[s]
}
