package influx

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/lineproto"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/sinks/web"
	"github.com/holdfast-edge/holdfast/tag"
)

// Post writes a request of lines.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	var lines []byte
	for _, d := range ds {
		if d.Gap != nil {
			lines = lineproto.AppendGap(lines, d.Gap)
			continue
		}
		plan := p.plan(d.Batch.Schema(), cmp.Or(d.Batch.Identity(0).Site, p.site))
		for i := range d.Batch.Len() {
			lines = plan.appendLine(lines, d.Batch, i)
		}
	}
	body, encoding, err := web.Compress(p.options.Compression, lines)
	if err != nil {
		return err
	}
	r := p.request()
	r.Type, r.Encoding, r.Body = "text/plain; charset=utf-8", encoding, body
	_, err = p.client.Do(ctx, r)
	return err
}

// request is where lines are posted to.
func (p *poster) request() web.Request {
	o := p.options
	q := url.Values{"precision": {"ns"}}
	switch o.API {
	case v2:
		q.Set("bucket", o.Bucket)
		if o.Org != "" {
			q.Set("org", o.Org)
		}
		return web.Request{Path: "api/v2/write", Query: q}
	case v3:
		q.Set("db", o.Database)
		q.Set("precision", "nanosecond")
		return web.Request{Path: "api/v3/write_lp", Query: q}
	default:
		if o.Database != "" {
			q.Set("db", o.Database)
		}
		if o.RetentionPolicy != "" {
			q.Set("rp", o.RetentionPolicy)
		}
		return web.Request{Path: "write", Query: q}
	}
}

// plan is how the rows of one schema become lines.
type plan struct {
	measurement template.Bound
	head        []byte // measurement and tags where all rows have the same; else nil
	site        string
	tags        []boundTag
	form        *lineproto.Form
}

type boundTag struct {
	name  string
	value template.Bound
}

// plansMax bounds what is remembered.
const plansMax = 1024

func (p *poster) plan(schema *tag.Schema, site string) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known := p.plans[schema]; known != nil {
		return known
	}
	o := p.options
	made := &plan{site: site, measurement: o.Measurement.Bind(site, schema.Name(), schema, nil)}
	constant := made.measurement.IsConstant()
	for _, name := range slices.Sorted(maps.Keys(o.Tags)) {
		b := o.Tags[name].Bind(site, schema.Name(), schema, nil)
		constant = constant && b.IsConstant()
		made.tags = append(made.tags, boundTag{name, b})
	}
	made.form = lineproto.NewForm(schema, func(field string) bool { return o.Tags[field].String() == "{"+field+"}" })
	if constant {
		made.head = made.appendHead(nil, nil)
	}
	if len(p.plans) >= plansMax {
		clear(p.plans)
	}
	p.plans[schema] = made
	return made
}

func (p *plan) appendHead(dst []byte, row []tag.Value) []byte {
	dst = lineproto.AppendMeasurement(dst, string(p.measurement.AppendRow(nil, row)))
	dst = lineproto.AppendTag(dst, "site", p.site)
	for _, t := range p.tags {
		dst = lineproto.AppendTag(dst, t.name, string(t.value.AppendRow(nil, row)))
	}
	return dst
}

func (p *plan) appendLine(dst []byte, b *tag.Batch, i int) []byte {
	if p.head != nil {
		dst = append(dst, p.head...)
	} else {
		dst = p.appendHead(dst, b.Row(i))
	}
	return lineproto.AppendTime(p.form.AppendFields(dst, b, i), b.Time(i))
}
