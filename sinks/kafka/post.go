package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// form is how the rows of one schema become records.
type form struct {
	topic, key template.Bound
	payload    *message.Form
}

func (p *poster) bind(schema *tag.Schema, site string) *form {
	o := p.options
	return &form{
		topic: o.Topic.Bind(site, schema.Name(), schema, escapeTopic), key: o.Key.Bind(site, schema.Name(), schema, nil),
		payload: o.New(site, schema),
	}
}

// longestTopic is what Kafka takes.
const longestTopic = 249

// escapeTopic makes text harmless within a topic: letters, digits, ., _ and -.
func escapeTopic(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, '_')
	}
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			dst = append(dst, byte(r))
		default:
			dst = append(dst, '_')
		}
	}
	return dst
}

// place is where in the request a record is from.
type place struct{ delivery, row int }

// Post produces the rows of a request and waits for all of them.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	var records []*kgo.Record
	places := map[*kgo.Record]place{}
	for d, one := range ds {
		if one.Gap != nil {
			r := p.gap(one.Gap)
			places[r] = place{d, 0}
			records = append(records, r)
			continue
		}
		f := p.forms.Of(one.Batch.Schema(), func(s *tag.Schema) *form { return p.bind(s, cmp.Or(one.Batch.Identity(0).Site, p.site)) })
		for i := range one.Batch.Len() {
			r := f.record(one.Batch, i)
			places[r] = place{d, i}
			records = append(records, r)
		}
	}
	return p.verdict(p.client.ProduceSync(ctx, records...), places)
}

// verdict is nil, the rows that are refused, or why the request failed.
func (p *poster) verdict(results kgo.ProduceResults, places map[*kgo.Record]place) error {
	refused := map[place]error{}
	for _, r := range results {
		switch {
		case r.Err == nil:
		case isRefusal(r.Err):
			refused[places[r.Record]] = r.Err
		default:
			return fmt.Errorf("produce to topic %s: %w", r.Record.Topic, r.Err)
		}
	}
	if len(refused) == 0 {
		return nil
	}
	some := &bulk.Some{}
	for _, at := range inOrder(refused) {
		some.Refuse(at.delivery, at.row, refused[at])
	}
	return some
}

// isRefusal tells of errors that the same record would meet again.
func isRefusal(err error) bool {
	for _, e := range []error{kerr.MessageTooLarge, kerr.InvalidRecord, kerr.InvalidTimestamp, kerr.RecordListTooLarge, kerr.InvalidTopicException} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// record is a record under its key, with what is told of it in headers.
func (f *form) record(b *tag.Batch, i int) *kgo.Record {
	row := b.Row(i)
	topic := string(f.topic.AppendRow(nil, row))
	r := &kgo.Record{
		Topic: strings.Clone(topic[:min(len(topic), longestTopic)]), Key: f.key.AppendRow(nil, row), Value: f.payload.Append(nil, b, i),
		Timestamp: time.Unix(0, b.Time(i)),
		Headers:   []kgo.RecordHeader{{Key: "id", Value: rowjson.AppendIdentity(nil, b.Identity(i))}},
	}
	if b.Origin() == tag.Backfill {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: "historical", Value: []byte("true")})
	}
	return r
}

func (p *poster) gap(g *tag.Gap) *kgo.Record {
	topic := p.options.GapTopic.Bind(cmp.Or(g.First.Site, p.site), g.First.Stream.String(), nil, escapeTopic).AppendRow(nil, nil)
	return &kgo.Record{
		Topic: string(topic), Key: []byte(g.First.Stream.String()), Value: message.AppendGap(nil, g, p.options.TimeFormat), Timestamp: time.Unix(0, g.At),
		Headers: []kgo.RecordHeader{{Key: "id", Value: rowjson.AppendIdentity(nil, g.First)}, {Key: "gap", Value: []byte("true")}},
	}
}

// inOrder lists places by delivery and row.
func inOrder(refused map[place]error) []place {
	return slices.SortedFunc(maps.Keys(refused), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.delivery, b.delivery), cmp.Compare(a.row, b.row))
	})
}
