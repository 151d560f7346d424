package openapi

import (
	"context"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// Register describes an operation and has it served, as huma.Register does: the
// parameters and the body of a request are the fields of I, what is answered those
// of O. huma.Register is compiled anew for each pair of types, 20 KB of an ARM
// program each time; here only the call of handle is.
//
// Fields of I are parameters where they have a tag path, query or header: text,
// integers, booleans, times (RFC 3339) and, from a query, lists of texts. Body is
// JSON, RawBody the octets as they came. Where *I is a huma.Resolver it is asked
// when the fields are filled.
//
// Of O, Status is the status, Body what is answered as JSON, or a function that
// writes the answer, and a text or cookie with a tag header goes there.
//
// It panics where the types are others: at the start, and in every test.
func Register[I, O any](api huma.API, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	register(api, op, reflect.TypeFor[I](), reflect.TypeFor[O](), func(ctx context.Context, in any) (any, error) {
		out, err := handle(ctx, in.(*I))
		if out == nil || err != nil {
			return nil, err
		}
		return out, nil
	})
}

// operation is one that is served.
type operation struct {
	huma.Operation
	api    huma.API
	in     input
	out    output
	handle func(ctx context.Context, in any) (any, error) // pointers to the types; nil: there is nothing to say
}

func register(api huma.API, op huma.Operation, in, out reflect.Type, handle func(context.Context, any) (any, error)) {
	o := &operation{Operation: op, api: api, handle: handle}
	if o.Responses == nil {
		o.Responses = map[string]*huma.Response{}
	}
	registry := api.OpenAPI().Components.Schemas
	o.in = describeInput(registry, &o.Operation, in)
	o.out = describeOutput(registry, &o.Operation, out)
	describeErrors(registry, &o.Operation, o.in.mayBeWrong())
	if !o.Hidden {
		api.OpenAPI().AddOperation(&o.Operation)
	}
	api.Adapter().Handle(&o.Operation, api.Middlewares().Handler(o.Middlewares.Handler(o.serve)))
}

// describeErrors describes those that the operation names, or any.
func describeErrors(registry huma.Registry, op *huma.Operation, input bool) {
	if len(op.Errors) > 0 && input {
		op.Errors = append(op.Errors, http.StatusUnprocessableEntity)
	}
	if len(op.Errors) > 0 {
		op.Errors = append(op.Errors, http.StatusInternalServerError)
	}
	content := map[string]*huma.MediaType{
		"application/problem+json": {Schema: registry.Schema(reflect.TypeFor[huma.ErrorModel](), true, "ErrorModel")},
	}
	for _, code := range op.Errors {
		op.Responses[strconv.Itoa(code)] = &huma.Response{Description: http.StatusText(code), Content: content}
	}
	if len(op.Responses) <= 1 && len(op.Errors) == 0 {
		op.Responses["default"] = &huma.Response{Description: "Error", Content: content}
	}
}

// hint names a schema that has no name of its own: by the type that it is a field
// of, or by the operation.
func hint(parent reflect.Type, field, other string) string {
	if parent.Name() != "" {
		return parent.Name() + field
	}
	return other
}
