package openapi

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// parameter is a field that a request fills by name.
type parameter struct {
	*huma.Param
	index  []int
	preset string
}

// describeParameter reports false where a field is none.
func describeParameter(registry huma.Registry, f reflect.StructField) (parameter, bool) {
	p := parameter{Param: &huma.Param{}, index: f.Index, preset: f.Tag.Get("default")}
	for _, in := range []string{"path", "query", "header"} {
		if tag := f.Tag.Get(in); tag != "" {
			p.In, p.Name = in, tag
		}
	}
	if p.In == "" {
		return p, false
	}
	if _, err := setText(reflect.New(f.Type).Elem(), p.preset); errors.Is(err, errKind) {
		panic(fmt.Sprintf("parameter %s: %v", p.Name, err))
	}
	if p.In == "query" {
		explode := f.Type.Kind() == reflect.Slice
		p.Explode = &explode
	}
	p.Required = p.In == "path" || f.Tag.Get("required") == "true"
	p.Schema = huma.SchemaFromField(registry, f, "")
	p.Description = p.Schema.Description // some tools show only this
	return p, true
}

// texts returns what a request has for the parameter.
func (p *parameter) texts(ctx huma.Context) []string {
	var text string
	switch p.In {
	case "path":
		text = ctx.Param(p.Name)
	case "header":
		text = ctx.Header(p.Name)
	default:
		if *p.Explode {
			where := ctx.URL()
			return where.Query()[p.Name]
		}
		text = ctx.Query(p.Name)
	}
	if text == "" {
		text = p.preset
	}
	if text == "" {
		return nil
	}
	return []string{text}
}

// read fills the field of a request, and tells what is wrong with it.
func (p *parameter) read(ctx huma.Context, registry huma.Registry, in reflect.Value, wrong *huma.ValidateResult) {
	at := huma.NewPathBuffer(nil, 0)
	at.Push(p.In)
	at.Push(p.Name)
	texts := p.texts(ctx)
	if len(texts) == 0 {
		if p.Required {
			wrong.Add(at, "", "required "+p.In+" parameter is missing")
		}
		return
	}
	field := in.FieldByIndex(p.index)
	if field.Kind() == reflect.Slice {
		field.Set(reflect.ValueOf(texts))
		huma.Validate(registry, p.Schema, at, huma.ModeWriteToServer, texts, wrong)
		return
	}
	value, err := setText(field, texts[0])
	if err != nil {
		wrong.Add(at, texts[0], err.Error())
		return
	}
	huma.Validate(registry, p.Schema, at, huma.ModeWriteToServer, value, wrong)
}

// errKind says that a field cannot be filled from text.
var errKind = errors.New("no text, number, truth value, time or list of texts")

// setText fills a field, and returns its value as huma.Validate has it.
func setText(field reflect.Value, text string) (any, error) {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
		return text, nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, field.Type().Bits())
		if err != nil {
			return nil, errors.New("invalid integer")
		}
		field.SetInt(n)
		return n, nil
	case reflect.Uint, reflect.Uint32, reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, field.Type().Bits())
		if err != nil {
			return nil, errors.New("invalid integer")
		}
		field.SetUint(n)
		return n, nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return nil, errors.New("invalid boolean")
		}
		field.SetBool(b)
		return b, nil
	}
	return setOther(field, text)
}

func setOther(field reflect.Value, text string) (any, error) {
	switch to := field.Addr().Interface().(type) {
	case *[]string:
		*to = append(*to, text)
		return *to, nil
	case *time.Time:
		t, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			return nil, errors.New("invalid date/time for format " + time.RFC3339Nano)
		}
		*to = t
		return text, nil
	}
	return nil, fmt.Errorf("%s: %w", field.Type(), errKind)
}
