package openapi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// serve answers a request.
func (o *operation) serve(ctx huma.Context) {
	in := reflect.New(o.in.of)
	wrong := o.read(ctx, in)
	if wrong.whole || len(wrong.Errors) > 0 {
		_ = huma.WriteErr(o.api, ctx, wrong.status, wrong.title, wrong.Errors...) // where it cannot be written, nobody waits for it
		return
	}
	out, err := o.handle(ctx.Context(), in.Interface())
	switch {
	case err != nil:
		o.answerError(ctx, err)
	case out == nil:
		ctx.SetStatus(o.DefaultStatus)
	default:
		o.answer(ctx, reflect.ValueOf(out).Elem())
	}
}

// faults is what is wrong with a request, and how that is told.
type faults struct {
	huma.ValidateResult
	status int
	title  string
	whole  bool // whether that is so for the request as a whole
}

// because has a request refused as a whole.
func (f *faults) because(status int, title string, reasons ...error) {
	f.status, f.title, f.whole = status, title, true
	f.Errors = append(f.Errors, reasons...)
}

// read fills the fields from a request.
func (o *operation) read(ctx huma.Context, in reflect.Value) *faults {
	f := &faults{status: http.StatusUnprocessableEntity, title: "validation failed"}
	registry := o.api.OpenAPI().Components.Schemas
	for i := range o.in.parameters {
		o.in.parameters[i].read(ctx, registry, in.Elem(), &f.ValidateResult)
	}
	if o.in.body != nil || o.in.raw != nil {
		o.readBody(ctx, registry, in.Elem(), f)
	}
	if asked, ok := in.Interface().(huma.Resolver); ok && !f.whole && len(f.Errors) == 0 {
		f.Errors = asked.Resolve(ctx)
	}
	return f
}

// readBody takes the body in.
func (o *operation) readBody(ctx huma.Context, registry huma.Registry, in reflect.Value, f *faults) {
	if o.BodyReadTimeout > 0 {
		_ = ctx.SetReadDeadline(time.Now().Add(o.BodyReadTimeout)) // where there is none, the server's holds
	}
	octets, ok := o.octets(ctx, f)
	switch {
	case !ok:
	case len(octets) == 0 && o.RequestBody.Required:
		f.because(http.StatusBadRequest, "request body is required")
	case o.in.raw != nil:
		in.FieldByIndex(o.in.raw).SetBytes(octets)
	case len(octets) > 0:
		o.decode(ctx, octets, registry, in, f)
	}
}

// octets reads the body, up to its bound.
func (o *operation) octets(ctx huma.Context, f *faults) ([]byte, bool) {
	var read bytes.Buffer
	n, err := read.ReadFrom(io.LimitReader(ctx.BodyReader(), o.MaxBodyBytes+1))
	var late net.Error
	switch {
	case n > o.MaxBodyBytes:
		f.because(http.StatusRequestEntityTooLarge, fmt.Sprintf("request body is too large limit=%d bytes", o.MaxBodyBytes))
	case errors.As(err, &late) && late.Timeout():
		f.because(http.StatusRequestTimeout, "request body read timeout")
	case err != nil:
		f.because(http.StatusInternalServerError, "cannot read request body", err)
	default:
		return read.Bytes(), true
	}
	return nil, false
}

// decode checks JSON against the schema, and fills the field of the body.
func (o *operation) decode(ctx huma.Context, octets []byte, registry huma.Registry, in reflect.Value, f *faults) {
	kind := ctx.Header("Content-Type")
	if kind == "" {
		kind = "application/json"
	}
	var whole any
	if err := o.api.Unmarshal(kind, octets, &whole); err != nil {
		f.status = http.StatusBadRequest
		if errors.Is(err, huma.ErrUnknownContentType) {
			f.status = http.StatusUnsupportedMediaType
		}
		f.add(err, octets)
		return
	}
	at, before := huma.NewPathBuffer(nil, 0), len(f.Errors)
	at.Push("body")
	huma.Validate(registry, o.in.schema, at, huma.ModeWriteToServer, whole, &f.ValidateResult)
	err := o.api.Unmarshal(kind, octets, in.FieldByIndex(o.in.body).Addr().Interface())
	if err != nil && len(f.Errors) == before { // the schema allows what the type does not
		f.add(err, octets)
	}
	for _, p := range o.in.presets {
		if field := in.FieldByIndex(p.index); field.IsZero() {
			field.Set(p.value)
		}
	}
}

// add tells an error of the body as a whole.
func (f *faults) add(err error, octets []byte) {
	f.Errors = append(f.Errors, &huma.ErrorDetail{Location: "body", Message: err.Error(), Value: string(octets)})
}
