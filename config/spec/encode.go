package spec

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"time"
)

// Encode gives a decoded struct as the plain values of JSON, defaults written out, so that reading them back gives the
// same struct whatever the defaults are by then. A key is left out where leaving it out means the same. Options stand
// in the mapping that they were written in; those of a URL's query are in the URL. from is a pointer or a struct.
//
// Within elements of lists, a list of structs is its JSON already, and a list that stands in many of them is encoded
// once.
func Encode(s *Spec, components Components, from any) map[string]any {
	e := encoder{components: components, once: map[list]json.RawMessage{}}
	return e.structure(reflect.Indirect(reflect.ValueOf(from)), s, nil)
}

type encoder struct {
	components Components
	within     bool // an element of a list
	once       map[list]json.RawMessage
}

// list is one that may stand in several places: it is told by its first element.
type list struct {
	first  uintptr
	length int
	of     *Type
	chosen string // what components its elements have the options of
}

// structure encodes one mapping. A key that a component declares, too, is written as the component has it.
func (e encoder) structure(v reflect.Value, s *Spec, in *scope) map[string]any {
	in = s.chosen(v, in)
	encoded := map[string]any{}
	e.fields(encoded, v, s, in)
	for _, o := range s.options {
		options := v.Field(o.index)
		if o.from != "" || options.IsNil() {
			continue
		}
		if chosen, ok := in.find(o.kind); ok {
			e.fields(encoded, options.Elem().Elem(), e.components.Options(o.kind, chosen.name, o.part), in)
		}
	}
	return encoded
}

// chosen adds what the mapping chooses to what is chosen around it.
func (s *Spec) chosen(v reflect.Value, in *scope) *scope {
	for _, f := range s.Fields {
		if f.Chooses != "" {
			in = &scope{kind: f.Chooses, name: v.FieldByIndex(f.index).String(), known: true, outer: in}
		}
	}
	return in
}

// fields encodes the keys of one spec that need to be written.
func (e encoder) fields(into map[string]any, v reflect.Value, s *Spec, in *scope) {
	if s == nil {
		return
	}
	for i := range s.Fields {
		f := &s.Fields[i]
		if value := v.FieldByIndex(f.index); f.needed(value) {
			into[f.Key] = e.value(value, f.Type, in)
		}
	}
}

// needed tells whether leaving the key out would mean something else than the value.
func (f *Field) needed(v reflect.Value) bool {
	switch {
	case f.Required, f.fallback.IsValid():
		return true
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Map:
		return v.Len() > 0
	default:
		return !v.IsZero()
	}
}

// value encodes by the shape of the type.
func (e encoder) value(v reflect.Value, t *Type, in *scope) any {
	v = reflect.Indirect(v)
	switch t.Shape {
	case Struct:
		return e.structure(v, t.Spec, in)
	case List:
		if e.within && t.Elem.Shape == Struct && v.Len() > 0 {
			return e.shared(v, t, in)
		}
		return e.list(v, t, in)
	case Table:
		table := map[string]any{}
		for key, value := range v.Seq2() {
			table[key.String()] = e.value(value, t.Elem, in)
		}
		return table
	case Raw:
		return v.Interface().(Written).plain()
	default:
		return scalarValue(v)
	}
}

func (e encoder) list(v reflect.Value, t *Type, in *scope) []any {
	e.within = true
	all := make([]any, v.Len())
	for i := range all {
		all[i] = e.value(v.Index(i), t.Elem, in)
	}
	return all
}

// shared is the JSON of a list, made where it is met first.
func (e encoder) shared(v reflect.Value, t *Type, in *scope) json.RawMessage {
	key := list{first: v.Pointer(), length: v.Len(), of: t, chosen: in.String()}
	text, ok := e.once[key]
	if !ok {
		text = AppendJSON(nil, e.list(v, t, in))
		e.once[key] = text
	}
	return text
}

// AppendJSON appends plain values as JSON, in one way only: keys are sorted.
func AppendJSON(to []byte, value any) []byte {
	b := bytes.NewBuffer(to)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic("spec: plain values are not JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// scalarValue is one word as JSON has it.
func scalarValue(v reflect.Value) any {
	if v.Type() == durationType {
		return FormatDuration(time.Duration(v.Int()))
	}
	if writer, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := writer.MarshalText()
		if err != nil {
			panic("spec: a decoded value does not write itself: " + err.Error())
		}
		return string(text)
	}
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	case v.CanFloat():
		return v.Float()
	case v.Kind() == reflect.Bool:
		return v.Bool()
	default:
		return v.String()
	}
}
