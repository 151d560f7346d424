package spec

import "reflect"

// fill gives a field that is not written its default. A struct that is not written has the defaults of its keys; what
// it would require is required only once it is written.
func (f *Field) fill(into reflect.Value, components Components, in *scope) {
	switch {
	case f.fallback.IsValid():
		into.Set(f.fallback)
	case f.Type.Shape == Struct && !f.Type.pointer:
		f.Type.Spec.fill(into, components, in)
	}
}

// fill gives every key of a struct its default.
func (s *Spec) fill(into reflect.Value, components Components, in *scope) {
	for i := range s.Fields {
		f := &s.Fields[i]
		f.fill(into.FieldByIndex(f.index), components, in)
	}
}
