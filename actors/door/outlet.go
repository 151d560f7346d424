package door

import (
	"fmt"
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/broker"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/sinks/rowjson"
	"github.com/holdfast-edge/holdfast/sinks/template"
	"github.com/holdfast-edge/holdfast/tag"
)

// Outlet is a stream of the bus whose rows are published, a message for each.
type Outlet struct {
	Stream  *broker.Stream
	Site    string
	Topic   template.Template
	Payload template.Template // not given: a JSON object of the row and what is known of it
	QoS     byte
	Retain  bool
	Newest  bool        // whoever comes first gets the newest row at once
	Prompt  bool        // whoever gives rows publishes them, which spares a waking; it never waits
	Refused func(error) // told of rows that cannot be published; may be nil
}

// text is all that an outlet is made of.
func (o *Outlet) text() string {
	return fmt.Sprintf("%s %s %q %q %d %t %t", o.Stream.Name(), o.Site, o.Topic, o.Payload, o.QoS, o.Retain, o.Newest)
}

// outletRing is how many batches of a stream may wait to be published.
const outletRing = 512

// outlet is one outlet while its door is open. Everything but watched, kick and
// arrived belongs to whoever holds the press.
//
//	         somebody subscribes
//	silent ──────────────────────▶ published
//	   ▲───────────────────────────────┘ the last one is gone
//
// One whose topics vary with its rows, or whose messages are retained, is always
// published; each row is encoded only if somebody receives it or it is retained.
type outlet struct {
	Outlet
	press *press
	ready chan<- *outlet

	wanted atomic.Bool
	queued atomic.Bool

	ring  *broker.Subscription // nil while nobody subscribes
	topic string               // of every row; empty: it varies
	form  *form                // of the schema of the last batch
}

// watched tells whether somebody subscribes.
func (o *outlet) watched(subscribed bool) {
	o.wanted.Store(subscribed)
	o.kick()
}

// kick has the outlet served.
func (o *outlet) kick() {
	if o.queued.CompareAndSwap(false, true) {
		o.ready <- o
	}
}

// arrived has what has come published: here and now, unless somebody else is at
// the press.
func (o *outlet) arrived() {
	if !o.Prompt || !o.press.mu.TryLock() {
		o.kick()
		return
	}
	defer o.press.mu.Unlock()
	o.press.work(o.serve)
}

// serve publishes what waits.
func (o *outlet) serve() {
	switch wanted := o.wanted.Load(); {
	case wanted && o.ring == nil:
		o.ring = o.Stream.Subscribe(outletRing, broker.DropOldest, o.arrived)
		o.publishNewest()
	case !wanted && o.ring != nil:
		o.close()
	}
	for o.ring != nil {
		b := o.ring.Next()
		if b == nil {
			break
		}
		o.publish(b, 0)
	}
	o.press.publisher.Flush()
}

// publishNewest publishes the newest row, so that nobody waits for a slow scan
// to see a value.
func (o *outlet) publishNewest() {
	if b := o.Stream.Last(); o.Newest && b != nil && b.Len() > 0 {
		o.publish(b, b.Len()-1)
	}
}

// publish publishes the rows of a batch from one on.
func (o *outlet) publish(b *tag.Batch, from int) {
	if o.form == nil || o.form.schema != b.Schema() {
		o.form = newForm(&o.Outlet, b.Schema())
	}
	f := o.form
	f.begin(b.Len() - from)
	if o.topic != "" && !o.Retain && o.QoS == 0 {
		o.publishAlike(b, from)
		return
	}
	for i := from; i < b.Len(); i++ {
		m := mqttd.Message{Topic: o.topic, QoS: o.QoS, Retain: o.Retain, Hops: b.Hops()}
		if m.Topic == "" {
			m.Topic = f.topicOf(b, i)
		}
		if !o.Retain && !o.press.publisher.Wanted(m.Topic) {
			continue
		}
		m.Payload = f.payloadOf(b, i)
		o.refuse(o.press.publisher.Publish(m))
	}
}

// publishAlike publishes rows that differ in nothing but their payload.
func (o *outlet) publishAlike(b *tag.Batch, from int) {
	if !o.press.publisher.Wanted(o.topic) {
		return
	}
	payloads := o.form.payloads[:0]
	for i := from; i < b.Len(); i++ {
		payloads = append(payloads, o.form.payloadOf(b, i))
	}
	o.refuse(o.press.publisher.PublishAll(o.topic, b.Hops(), payloads))
	clear(payloads)
	o.form.payloads = payloads
}

// refuse tells of a row that cannot be published.
func (o *outlet) refuse(err error) {
	if err != nil && o.Refused != nil {
		o.Refused(err)
	}
}

func (o *outlet) close() {
	if o.ring != nil {
		o.ring.Close()
		o.ring = nil
	}
}

// form is how the rows of one schema are published.
type form struct {
	schema  *tag.Schema
	topic   template.Bound
	payload template.Bound
	whole   *rowjson.Form
	plain   bool // no template: the payload is the whole form
	as      bool // the payload is the row alone: one that was told as JSON goes on as it came

	retain bool
	buf    []byte // room for the payloads of a batch, which the broker keeps
	size   int    // of the last payload
	name   []byte
	topics map[string]string // those that were met

	payloads [][]byte // room for those of a batch
}

func newForm(o *Outlet, s *tag.Schema) *form {
	_, taken := s.Slot("row")
	return &form{
		as:     o.Payload.String() == "{row}" && !taken,
		schema: s, retain: o.Retain, whole: rowjson.New(s, rowjson.RFC3339), plain: o.Payload.IsZero(),
		topic:   o.Topic.Bind(o.Site, o.Stream.Name(), s, mqttd.AppendLevel),
		payload: o.Payload.Bind(o.Site, o.Stream.Name(), s, nil),
		topics:  map[string]string{},
	}
}

// mostTopics bounds how many topics are remembered.
const mostTopics = 1024

// topicOf returns the topic of a row.
func (f *form) topicOf(b *tag.Batch, i int) string {
	f.name = f.topic.AppendRow(f.name[:0], b.Row(i))
	known, ok := f.topics[string(f.name)]
	if !ok {
		if len(f.topics) >= mostTopics {
			clear(f.topics)
		}
		known = string(f.name)
		f.topics[known] = known
	}
	return known
}

// most is how much room is made for payloads at a time. They stay in memory
// together.
const most = 64 << 10

// begin makes room for the payloads of so many rows.
func (f *form) begin(rows int) {
	if want := min(rows*(f.size+f.size/8+16), most); cap(f.buf)-len(f.buf) < want {
		f.buf = make([]byte, 0, want)
	}
}

// payloadOf returns the payload of a row, which is not changed any more.
func (f *form) payloadOf(b *tag.Batch, i int) []byte {
	if told := b.Text(i); told != nil && f.as && !f.retain {
		return told
	}
	if f.retain { // it may stay for years
		return f.append(make([]byte, 0, f.size+32), b, i)
	}
	if cap(f.buf)-len(f.buf) < f.size {
		f.begin(b.Len() - i)
	}
	from := len(f.buf)
	f.buf = f.append(f.buf, b, i)
	f.size = len(f.buf) - from
	return f.buf[from:len(f.buf):len(f.buf)]
}

func (f *form) append(dst []byte, b *tag.Batch, i int) []byte {
	if f.plain {
		return f.whole.AppendRow(dst, b, i)
	}
	if f.as {
		return tag.AppendRowJSON(dst, b, i)
	}
	return f.payload.AppendWith(dst, b.Row(i), func(dst []byte, name string) ([]byte, bool) {
		switch name {
		case "row":
			return tag.AppendRowJSON(dst, b, i), true
		case "ts":
			return rowjson.AppendTime(dst, b.Time(i), rowjson.RFC3339), true
		default:
			return dst, false
		}
	})
}
