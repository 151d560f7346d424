package subscription

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/streamsql/decode"
	"github.com/holdfast-edge/holdfast/tag"
)

// message is one message of either kind of broker. Its payload is kept only where
// the decoder was told that it may be.
type message struct {
	topic    string
	payload  []byte
	qos      byte // that it is to be taken with
	retained bool // the broker had it before we subscribed
	hops     int
	arrived  time.Time
}

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
	meter    *Meter
	suspects *suspects
	refused  func(error) // told of what cannot be decoded

	unlisted uint64
}

// take gives messages to the stream and returns when it has them. After an
// error some may be there and some not: who sends again must expect duplicates.
func (in *intake) take(ctx context.Context, messages []message) error {
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
func (in *intake) all(ctx context.Context, messages []message) error {
	in.decoder.Expect(len(messages))
	from, durable, bytes := 0, false, 0
	for i := range messages {
		m := &messages[i]
		bytes += len(m.payload)
		if m.retained != messages[from].retained {
			if err := in.publish(ctx, durable, messages[from].retained); err != nil {
				return err
			}
			from, durable = i, false
		}
		if in.decode(m) {
			durable = durable || m.qos > 0
		}
	}
	in.meter.Messages.Add(uint64(len(messages)))
	in.meter.Bytes.Add(uint64(bytes))
	return in.publish(ctx, durable, messages[from].retained)
}

// decode adds the rows of a message and reports whether there are any.
func (in *intake) decode(m *message) bool {
	rows, err := 0, in.suspects.check(m.payload)
	if err == nil {
		in.suspects.enter(m)
		rows, err = in.decoder.Add(m.payload, m.arrived.UnixNano(), m.hops)
	}
	if err != nil {
		err = fmt.Errorf("decode message on %.100q: %w", m.topic, err)
		in.meter.refuse(err)
		in.refused(err)
	}
	return rows > 0
}

// publish gives away what has been decoded.
func (in *intake) publish(ctx context.Context, durable, retained bool) error {
	in.suspects.leave()
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
