// Package http is the sink to any HTTP server that takes JSON, or text that a
// template makes: a request for each record, or for many. It is delivered when
// the server has answered 2xx.
package http

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/web"
	"github.com/holdfast-edge/holdfast/tag"
)

// Options are the keys of a sink of type http.
type Options struct {
	Access

	Method      string `yaml:"method" default:"POST" enum:"POST,PUT,PATCH" doc:"The method of the requests."`
	Body        string `yaml:"body" default:"array" enum:"array,lines,single" doc:"What a request holds: array is a JSON array of records, lines a record a line (NDJSON), single one record a request."`
	ContentType string `yaml:"content_type" doc:"The Content-Type. Not given, it is application/json, or application/x-ndjson with body: lines."`
	Compression string `yaml:"compression" default:"none" enum:"none,gzip,zstd" doc:"How requests are compressed."`

	Payload
	Bulk
}

// The shapes of a body.
const (
	array  = "array"
	lines  = "lines"
	single = "single"
)

// Access, Payload and Bulk are the keys that sinks of this kind share.
type (
	Access  = web.Options
	Payload = message.Options
	Bulk    = bulk.Options
)

// Sink posts to an HTTP server.
type Sink struct{}

var _ sinks.Sink = Sink{}

// Spec names the type and declares Options.
func (Sink) Spec() config.SinkType {
	return config.SinkType{
		Name:    "http",
		Doc:     "An HTTP server that takes JSON, or text that a template makes: a record a request, or many. docs/sinks/http.md shows the requests.",
		Options: Options{},
	}
}

// Check finds keys that do not go together.
func (o *Options) Check(report config.Report) { o.Access.Check(report) }

// Open reads the secrets; the server is asked at the first request.
func (Sink) Open(_ context.Context, to sinks.Target) (sinks.Writer, error) {
	o, ok := to.Options.(*Options)
	if !ok {
		return nil, &sinks.Failure{Permanent: true, Err: fmt.Errorf("open http sink: options of type %T", to.Options)}
	}
	client, err := web.New(&o.Access, "Bearer", o.Window)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", o.URL, err)
	}
	settings := o.Bulk
	if o.Body == single {
		settings.Batch = 1
	}
	return bulk.NewWriter(settings, &poster{options: o, site: to.Site, client: client}), nil
}

// poster makes requests.
type poster struct {
	options *Options
	site    string
	client  *web.Client
	forms   message.Forms[*message.Form]
}

// Post makes one request. It has its first record's identity as
// Idempotency-Key, by which a server can tell one that is sent again.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	o := p.options
	body, encoding, err := web.Compress(o.Compression, p.body(ds))
	if err != nil {
		return err
	}
	kind := o.ContentType
	if kind == "" {
		kind = "application/json"
		if o.Body == lines {
			kind = "application/x-ndjson"
		}
	}
	_, err = p.client.Do(ctx, web.Request{
		Method: o.Method, Type: kind, Encoding: encoding, Body: body, Query: url.Values{},
		Headers: map[string]string{"Idempotency-Key": idempotencyKey(ds)},
	})
	return err
}

// idempotencyKey names a request by what it begins with and how much it holds.
func idempotencyKey(ds []sinks.Delivery) string {
	rows := 0
	for _, d := range ds {
		if d.Batch != nil {
			rows += d.Batch.Len()
		}
	}
	var first tag.Identity
	if ds[0].Gap != nil {
		first = ds[0].Gap.First
	} else {
		first = ds[0].Batch.Identity(0)
	}
	return fmt.Sprintf("%s+%d.%d", strings.Map(printable, first.String()), len(ds), rows)
}

// printable keeps what may stand in a header.
func printable(r rune) rune {
	if r < ' ' || r > '~' {
		return '_'
	}
	return r
}

func (p *poster) body(ds []sinks.Delivery) []byte {
	var dst []byte
	between := func() {
		switch {
		case p.options.Body == array && len(dst) == 0:
			dst = append(dst, '[')
		case p.options.Body == array:
			dst = append(dst, ',')
		case len(dst) > 0:
			dst = append(dst, '\n')
		}
	}
	for _, d := range ds {
		if d.Gap != nil {
			between()
			dst = message.AppendGap(dst, d.Gap, p.options.TimeFormat)
			continue
		}
		site := cmp.Or(d.Batch.Identity(0).Site, p.site)
		f := p.forms.Of(d.Batch.Schema(), func(s *tag.Schema) *message.Form { return p.options.New(site, s) })
		for i := range d.Batch.Len() {
			between()
			dst = f.Append(dst, d.Batch, i)
		}
	}
	switch p.options.Body {
	case array:
		dst = append(dst, ']')
	case lines:
		dst = append(dst, '\n')
	}
	return dst
}

// Close lets go of the connections.
func (p *poster) Close() error {
	p.client.Close()
	return nil
}
