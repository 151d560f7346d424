package openapi

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// output is what an answer is made of.
type output struct {
	status, body []int // where the fields are; nil: there is none
	headers      []header
}

type header struct {
	name  string
	index []int
}

func describeOutput(registry huma.Registry, op *huma.Operation, t reflect.Type) (out output) {
	body, hasBody := t.FieldByName("Body")
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusNoContent
		if hasBody {
			op.DefaultStatus = http.StatusOK
		}
	}
	code := strconv.Itoa(op.DefaultStatus)
	answer := op.Responses[code]
	if answer == nil {
		answer = &huma.Response{}
		op.Responses[code] = answer
	}
	if answer.Description == "" {
		answer.Description = http.StatusText(op.DefaultStatus)
	}
	if answer.Headers == nil {
		answer.Headers = map[string]*huma.Param{}
	}
	if hasBody {
		out.body = body.Index
		describeAnswer(registry, op, answer, t, body)
	}
	for _, f := range reflect.VisibleFields(t) {
		if f.Name == "Status" {
			out.status = f.Index
		} else if name := f.Tag.Get("header"); name != "" {
			out.headers = append(out.headers, header{name, f.Index})
			answer.Headers[name] = &huma.Header{Schema: &huma.Schema{Type: huma.TypeString}}
		}
	}
	return out
}

// describeAnswer describes the body, unless a function writes it.
func describeAnswer(registry huma.Registry, op *huma.Operation, answer *huma.Response, parent reflect.Type, f reflect.StructField) {
	if f.Type.Kind() == reflect.Func {
		if f.Type != reflect.TypeFor[func(huma.Context)]() {
			panic(fmt.Sprintf("%s: its Body is a function of another kind", parent))
		}
		return
	}
	schema := huma.SchemaFromField(registry, f, hint(parent, f.Name, op.OperationID+"Response"))
	if len(answer.Content) == 0 {
		answer.Content = map[string]*huma.MediaType{"application/json": {Schema: schema}}
	}
}

// answer writes what the handler has answered.
func (o *operation) answer(ctx huma.Context, out reflect.Value) {
	for _, h := range o.out.headers {
		switch value := out.FieldByIndex(h.index).Addr().Interface().(type) {
		case *http.Cookie:
			ctx.SetHeader(h.name, value.String())
		case *string:
			ctx.SetHeader(h.name, *value)
		}
	}
	status := o.DefaultStatus
	if o.out.status != nil {
		status = int(out.FieldByIndex(o.out.status).Int())
	}
	if o.out.body == nil {
		ctx.SetStatus(status)
		return
	}
	body := out.FieldByIndex(o.out.body).Interface()
	if write, ok := body.(func(huma.Context)); ok {
		write(ctx)
		return
	}
	o.write(ctx, status, body)
}

// answerError tells an error: as it says itself, or as one of the node's own.
func (o *operation) answerError(ctx huma.Context, err error) {
	var more huma.HeadersError
	if errors.As(err, &more) {
		for name, values := range more.GetHeaders() {
			for _, v := range values {
				ctx.AppendHeader(name, v)
			}
		}
	}
	var known huma.StatusError
	if !errors.As(err, &known) {
		known = huma.NewErrorWithContext(ctx, http.StatusInternalServerError, "unexpected error occurred", err)
	}
	o.write(ctx, known.GetStatus(), known)
}

// write writes a body in the form that the client asks for. What cannot be written
// to its end breaks the connection off, so that nobody takes it for the whole.
func (o *operation) write(ctx huma.Context, status int, body any) {
	kind, err := o.api.Negotiate(ctx.Header("Accept"))
	if err != nil {
		_ = huma.WriteErr(o.api, ctx, http.StatusNotAcceptable, "unable to marshal response", err) // nobody waits for it
		return
	}
	if says, ok := body.(huma.ContentTypeFilter); ok {
		kind = says.ContentType(kind)
	}
	ctx.SetHeader("Content-Type", kind)
	body, err = o.api.Transform(ctx, strconv.Itoa(status), body)
	if err == nil {
		ctx.SetStatus(status)
		if status != http.StatusNoContent && status != http.StatusNotModified {
			err = o.api.Marshal(ctx.BodyWriter(), kind, body)
		}
	}
	if err != nil {
		panic(http.ErrAbortHandler)
	}
}
