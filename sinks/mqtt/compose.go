package mqtt

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/tag"
)

// composer makes messages of deliveries. It belongs to the goroutine that sends
// and keeps its buffers from one message to the next.
type composer struct {
	options    *Options
	site       string
	packetSize int

	form    *form                   // of the last schema seen
	streams map[tag.StreamID]string // names of the streams seen, for their gaps

	message                             message // the one in hand
	topic, payload, properties, scratch []byte
}

func newComposer(o *Options, site string, packetSize int) composer {
	return composer{
		options: o, site: site, packetSize: packetSize,
		streams: map[tag.StreamID]string{}, scratch: make([]byte, 0, 256),
	}
}

// arrayMax is how large a payload of several rows grows, as far as the broker's
// own limit allows.
const arrayMax = 128 << 10

// each makes the messages of a delivery, one after the other, and stops at the
// first error. A message is valid until send returns.
func (c *composer) each(d sinks.Delivery, send func(*message) error) error {
	switch {
	case d.Gap != nil:
		return c.send(c.gap(d.Gap), send)
	case d.Batch == nil:
		return errors.New("the delivery is empty")
	}
	c.use(d.Batch.Schema(), d.Batch.Identity(0).Site)
	for i := 0; i < d.Batch.Len(); {
		m := c.rows(d.Batch, i)
		if err := c.send(m, send); err != nil {
			return err
		}
		i = m.rows.To
	}
	return nil
}

// send completes a message and marks one that the far end would refuse.
func (c *composer) send(m message, send func(*message) error) error {
	m.qos, m.level = c.options.QoS, c.options.level()
	if size := m.packetSize(); len(m.topic) > longestTopic {
		m.unfit = &sinks.Failure{Permanent: true, Err: fmt.Errorf("the topic has %d bytes, more than %d", len(m.topic), longestTopic)}
	} else if size > c.packetSize {
		m.unfit = &sinks.Failure{Permanent: true, Err: fmt.Errorf("the message has %d bytes, the broker takes %d", size, c.packetSize)}
	}
	c.message = m
	return send(&c.message)
}

// use makes the form for a schema, unless it was the last one, too.
func (c *composer) use(schema *tag.Schema, site string) {
	if c.form != nil && c.form.schema == schema {
		return
	}
	c.form = newForm(c.options, cmp.Or(site, c.site), schema)
	c.streams[schema.Stream()] = schema.Name()
}

// rows makes the message that begins with row i.
func (c *composer) rows(b *tag.Batch, i int) message {
	c.topic = c.form.topic.AppendRow(c.topic[:0], b.Row(i))
	if c.options.Version != version311 {
		c.properties = c.form.appendProperties(c.properties[:0], c.scratch[:0], b, i)
	}
	rows := 1
	if c.options.RowsPerMessage > 1 {
		rows = c.array(b, i)
	} else {
		c.payload = c.form.appendPayload(c.payload[:0], b, i)
	}
	return message{
		topic: c.topic, payload: c.payload, properties: c.properties, retain: c.options.Retain, rows: sinks.Rows{From: i, To: i + rows},
	}
}

// array makes a payload of as many rows from i on as one message may hold: with
// the same topic, and not too large together.
func (c *composer) array(b *tag.Batch, i int) (rows int) {
	limit := min(arrayMax, c.packetSize-len(c.topic)-len(c.properties)-16)
	c.payload = append(c.payload[:0], '[')
	for ; rows < c.options.RowsPerMessage && i+rows < b.Len(); rows++ {
		before := len(c.payload)
		if rows > 0 {
			c.scratch = c.form.topic.AppendRow(c.scratch[:0], b.Row(i+rows))
			if !bytes.Equal(c.scratch, c.topic) {
				break
			}
			c.payload = append(c.payload, ',')
		}
		c.payload = c.form.appendPayload(c.payload, b, i+rows)
		if rows > 0 && len(c.payload) > limit {
			c.payload = c.payload[:before]
			break
		}
	}
	c.payload = append(c.payload, ']')
	return rows
}

// gap makes the message that tells of missing records. Where the stream has not
// been seen on this connection, its UUID stands for its name.
func (c *composer) gap(g *tag.Gap) message {
	name, seen := c.streams[g.First.Stream]
	if !seen {
		name = g.First.Stream.String()
	}
	c.topic = c.options.appendGapTopic(c.topic[:0], cmp.Or(g.First.Site, c.site), name)
	c.payload = rowjson.AppendGap(c.payload[:0], g, c.options.TimeFormat)
	return message{topic: c.topic, payload: c.payload}
}
