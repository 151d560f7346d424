package nats

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/bulk"
	"github.com/holdfast-edge/holdfast/sinks/message"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// form is how the rows of one schema become messages.
type form struct {
	subject template.Bound
	payload *message.Form
}

func (p *poster) bind(schema *tag.Schema, site string) *form {
	return &form{subject: p.options.Subject.Bind(site, schema.Name(), schema, escapeToken), payload: p.options.New(site, schema)}
}

// escapeToken makes text one token of a subject.
func escapeToken(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, '_')
	}
	for i := range len(text) {
		switch c := text[i]; c {
		case '.', '*', '>', ' ', '\t', '\r', '\n', 0:
			dst = append(dst, '_')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// sent is a message on its way.
type sent struct {
	delivery, row int
	ack           jetstream.PubAckFuture
}

// Post publishes the rows of a request, and waits until the streams have them.
func (p *poster) Post(ctx context.Context, ds []sinks.Delivery) error {
	some := &bulk.Some{}
	var all []sent
	for d, one := range ds {
		rows := 1
		if one.Batch != nil {
			rows = one.Batch.Len()
		}
		for i := range rows {
			ack, err := p.stream.PublishMsgAsync(p.message(one, i))
			if isRefusal(err) {
				some.Refuse(d, i, err)
				continue
			}
			if err != nil {
				return fmt.Errorf("publish: %w", err)
			}
			all = append(all, sent{d, i, ack})
		}
	}
	for _, s := range all {
		select {
		case <-s.ack.Ok():
		case err := <-s.ack.Err():
			if !isRefusal(err) {
				return fmt.Errorf("publish on %s: %w", s.ack.Msg().Subject, err)
			}
			some.Refuse(s.delivery, s.row, err)
		case <-p.lost:
			return fmt.Errorf("publish on %s: %w", s.ack.Msg().Subject, lostBy(p.conn))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if len(some.Refusals) > 0 {
		return some
	}
	return nil
}

// lostBy is why a connection ended.
func lostBy(conn *nats.Conn) error {
	if err := conn.LastError(); err != nil {
		return err
	}
	return nats.ErrConnectionClosed
}

// message is a row, or a gap, as it is published.
func (p *poster) message(d sinks.Delivery, i int) *nats.Msg {
	if d.Gap != nil {
		subject := p.options.GapSubject.Bind(cmp.Or(d.Gap.First.Site, p.site), d.Gap.First.Stream.String(), nil, escapeToken).AppendRow(nil, nil)
		m := nats.NewMsg(string(subject))
		m.Header.Set(nats.MsgIdHdr, "gap/"+d.Gap.First.String())
		m.Data = message.AppendGap(nil, d.Gap, p.options.TimeFormat)
		return m
	}
	f := p.forms.Of(d.Batch.Schema(), func(s *tag.Schema) *form { return p.bind(s, cmp.Or(d.Batch.Identity(0).Site, p.site)) })
	m := nats.NewMsg(string(f.subject.AppendRow(nil, d.Batch.Row(i))))
	m.Header.Set(nats.MsgIdHdr, d.Batch.Identity(i).String())
	if d.Batch.Origin() == tag.Backfill {
		m.Header.Set("historical", "true")
	}
	m.Data = f.payload.Append(nil, d.Batch, i)
	return m
}

// isRefusal tells of errors that the same message would meet again: larger than
// the server or the stream takes.
func isRefusal(err error) bool {
	if errors.Is(err, nats.ErrMaxPayload) || errors.Is(err, nats.ErrBadSubject) {
		return true
	}
	e, ok := errors.AsType[*jetstream.APIError](err)
	return ok && e.ErrorCode == 10054 // message size exceeds maximum allowed
}
