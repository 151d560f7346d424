package subscription

import (
	"context"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

// decoder is a *decode.Decoder.
type decoder interface {
	Read(columns []string, all bool) error
	Expect(messages int)
	Add(payload []byte, arrived int64, hops int) (rows int, err error)
	Take() []*tag.Batch
	Unlisted() uint64
}

var _ decoder = (*decode.Decoder)(nil)

// intake turns messages into batches of a stream. It belongs to one incarnation
// of the actor, and to its goroutine.
type intake struct {
	decoder  decoder
	demand   *Demand
	reads    *Columns // what the decoder reads
	stream   *broker.Stream
	drops    bool // at QoS 0, rather than to wait
	qos      byte // that messages are taken with at most
	far      bool // Retain says of a message that another broker had it before
	meter    *Meter
	suspects *suspects
	refused  func(error) // told of what cannot be decoded

	unlisted uint64
	inHand   *mqttd.Message // that is being decoded; nil: none
}

// take gives messages to the stream and returns when it has them. After an
// error some may be there and some not: who sends again must expect duplicates.
func (in *intake) take(ctx context.Context, messages []mqttd.Message) error {
	if len(messages) == 0 {
		return nil
	}
	if err := in.demand.begin(ctx); err != nil {
		return err
	}
	defer in.demand.done()
	if err := in.follow(); err != nil {
		return err
	}
	return in.all(ctx, messages)
}

// follow has the decoder read what is wanted now.
func (in *intake) follow() error {
	wanted := in.demand.columns.Load()
	if wanted == in.reads {
		return nil
	}
	if err := in.decoder.Read(wanted.Names, wanted.All); err != nil {
		return fmt.Errorf("change the columns: %w", err)
	}
	in.reads = wanted
	return nil
}

// all is take for messages whose turn it is.
func (in *intake) all(ctx context.Context, messages []mqttd.Message) error {
	defer in.accuse()
	in.decoder.Expect(len(messages))
	from, durable, bytes := 0, false, 0
	for i := range messages {
		m := &messages[i]
		bytes += len(m.Payload)
		if in.far && m.Retain != messages[from].Retain {
			if err := in.publish(ctx, durable, messages[from].Retain); err != nil {
				return err
			}
			from, durable = i, false
		}
		if in.decode(m) {
			durable = durable || min(m.QoS, in.qos) > 0
		}
	}
	in.meter.Messages.Add(uint64(len(messages)))
	in.meter.Bytes.Add(uint64(bytes))
	return in.publish(ctx, durable, in.far && messages[from].Retain)
}

// accuse blames the message that was in hand when the decoder panicked.
func (in *intake) accuse() {
	if in.inHand != nil {
		in.suspects.blame(in.inHand.Payload)
	}
}

// decode adds the rows of a message and reports whether there are any.
func (in *intake) decode(m *mqttd.Message) bool {
	rows, err := 0, in.suspects.check(m.Payload)
	if err == nil {
		in.inHand = m
		rows, err = in.decoder.Add(m.Payload, m.Arrived.UnixNano(), m.Hops)
	}
	if err != nil {
		err = fmt.Errorf("decode message on %.100q: %w", m.Topic, err)
		in.meter.refuse(err)
		in.refused(err)
	}
	return rows > 0
}

// publish gives away what has been decoded.
func (in *intake) publish(ctx context.Context, durable, retained bool) error {
	in.inHand = nil
	in.meter.Unlisted.Add(in.decoder.Unlisted() - in.unlisted)
	in.unlisted = in.decoder.Unlisted()
	for _, b := range in.decoder.Take() {
		if retained {
			b = b.As(tag.Backfill)
		}
		err := in.give(ctx, b, durable)
		switch {
		case err == nil:
			in.meter.Rows.Add(uint64(b.Len()))
		case errors.Is(err, broker.ErrCycle):
			in.meter.Cycles.Add(uint64(b.Len())) // it would go round again
		default:
			return err
		}
	}
	return nil
}

func (in *intake) give(ctx context.Context, b *tag.Batch, durable bool) error {
	switch {
	case durable:
		return in.stream.Commit(ctx, b)
	case !in.drops:
		return in.stream.Publish(ctx, b)
	}
	if err := in.stream.Offer(b); errors.Is(err, broker.ErrCycle) {
		return err
	}
	return nil // what the log refuses has left a gap there, which counts it
}
