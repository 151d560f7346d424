package openapi

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// input is what a request has to have.
type input struct {
	of         reflect.Type
	parameters []parameter
	body       []int // where the field is; nil: there is none
	raw        []int // where that for the octets is; nil: there is none
	schema     *huma.Schema
	presets    []preset // of the body
}

// mayBeWrong reports whether there is anything that a request can have wrong.
func (in *input) mayBeWrong() bool { return len(in.parameters) > 0 || in.body != nil }

// preset is the value of a field that the body leaves out, or has as zero.
type preset struct {
	index []int
	value reflect.Value
}

func describeInput(registry huma.Registry, op *huma.Operation, t reflect.Type) input {
	in := input{of: t}
	for _, f := range reflect.VisibleFields(t) {
		switch {
		case f.Anonymous:
		case f.Name == "Body":
			in.describeBody(registry, op, f)
		case f.Name == "RawBody":
			in.raw = f.Index
			op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
				f.Tag.Get("contentType"): {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
			}}
		default:
			if p, ok := describeParameter(registry, f); ok {
				in.parameters = append(in.parameters, p)
				op.Parameters = append(op.Parameters, p.Param)
			}
		}
	}
	return in
}

func (in *input) describeBody(registry huma.Registry, op *huma.Operation, f reflect.StructField) {
	in.body = f.Index
	in.schema = huma.SchemaFromField(registry, f, hint(in.of, f.Name, op.OperationID+"Request"))
	in.schema.PrecomputeMessages()
	in.presets = presets(f.Type, f.Index)
	op.RequestBody = &huma.RequestBody{
		Required: f.Type.Kind() != reflect.Pointer && f.Type.Kind() != reflect.Interface,
		Content:  map[string]*huma.MediaType{"application/json": {Schema: in.schema}},
	}
}

// presets returns what the tags default of a type say, and of the structures in it.
func presets(t reflect.Type, index []int) (all []preset) {
	if t.Kind() != reflect.Struct {
		return nil
	}
	for i := range t.NumField() {
		f, at := t.Field(i), slices.Concat(index, []int{i})
		text, ok := f.Tag.Lookup("default")
		if !ok {
			all = append(all, presets(f.Type, at)...)
			continue
		}
		value := reflect.New(f.Type).Elem()
		if _, err := setText(value, text); err != nil {
			panic(fmt.Sprintf("default %q of %s.%s: %v", text, t, f.Name, err))
		}
		all = append(all, preset{at, value})
	}
	return all
}
