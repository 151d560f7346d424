package decode

import (
	"errors"
	"fmt"

	"github.com/valyala/fastjson"

	"github.com/holdfast-edge/holdfast/tag"
)

// DefaultMaxColumns is how many columns a stream has at most where its options
// do not say.
const DefaultMaxColumns = 512

// Options say what a decoder makes of a stream's messages.
type Options struct {
	Stream tag.StreamID
	Name   string // of the stream

	Columns []string // that are read
	All     bool     // every name is read, beside Columns

	// Timestamp is the field that holds the source time of a row: milliseconds
	// since the Unix epoch, or RFC 3339. Empty: a row's time is its arrival.
	// It is a column only where it is asked for.
	Timestamp string

	MaxColumns int // 0 means DefaultMaxColumns

	// Keeps has rows keep their payloads, which are immutable then. With All, only
	// Columns are read at once, the other columns when somebody asks for them, and
	// a row that goes on as it came is told as it was.
	Keeps bool
}

// Decoder makes rows of the messages of one stream. It has one owner.
type Decoder struct {
	options Options
	parser  fastjson.Parser
	schema  *tag.Schema
	targets targets
	text    text

	expected []expected
	noFlat   bool // for tests: the parser reads everything

	front *tag.Schema // the columns that are asked for
	later later

	builder  *tag.Builder
	messages int // to make room for
	hops     int // of the rows in builder
	ready    []*tag.Batch
	unlisted uint64

	// Of the row in hand, for each, which is field bound once.
	row   []tag.Value
	each  func(key []byte, v *fastjson.Value)
	fault error
}

// New returns a decoder. Columns that stand twice in the options are one.
func New(o Options) (*Decoder, error) {
	if o.MaxColumns <= 0 {
		o.MaxColumns = DefaultMaxColumns
	}
	d := &Decoder{options: o, messages: 1}
	d.each = d.field
	if err := d.Read(o.Columns, o.All); err != nil {
		return nil, err
	}
	return d, nil
}

// begin makes the builder of the next batch, where there is none.
func (d *Decoder) begin() {
	if d.builder != nil {
		return
	}
	schema := d.schema
	if d.later.on = d.postpones(); d.later.on {
		schema = d.front
		d.later.told, d.later.whole = make([]told, 0, d.messages), nil
	}
	d.builder = tag.NewBuilder(schema, d.messages)
}

// drop takes the row in hand back.
func (d *Decoder) drop() {
	d.builder.Drop()
	if d.later.on {
		d.later.drop()
	}
}

// extend adds columns. Rows so far are of the schema as it was.
func (d *Decoder) extend(fields []tag.Field) error {
	schema, err := d.schema.Extend(fields...)
	if err != nil {
		return err
	}
	d.seal()
	d.begins(schema)
	return nil
}

// begins has the next row begin a batch of a schema.
func (d *Decoder) begins(schema *tag.Schema) {
	d.schema, d.builder = schema, nil
	d.targets, d.expected = newTargets(schema, d.options.All), nil
}

// Expect makes room for so many messages in the next batch.
func (d *Decoder) Expect(messages int) {
	if d.builder == nil || d.builder.Len() == 0 {
		d.messages, d.builder = messages, nil
		d.later.look()
	}
}

// Add makes rows of a payload and returns how many. arrived is their source
// time unless the options name another, in nanoseconds since the Unix epoch;
// hops how often the data was derived from data. When it returns an error,
// nothing of the payload has become a row. The payload is kept only where the
// options say so.
func (d *Decoder) Add(payload []byte, arrived int64, hops int) (rows int, err error) {
	if hops != d.hops {
		d.seal()
		d.builder, d.hops = nil, hops
	}
	if !d.noFlat && d.flat(payload, arrived) {
		return 1, nil
	}
	parsed, err := d.parser.ParseBytes(payload)
	if err != nil {
		return 0, fmt.Errorf("parse JSON: %w", err)
	}
	rows, err = d.add(parsed, arrived)
	if errors.Is(err, errNewNames) {
		if err := d.extend(d.newFields(parsed)); err != nil {
			return 0, err
		}
		return d.add(parsed, arrived)
	}
	return rows, err
}

// Take gives the rows away, one batch for each schema and number of hops, in
// the order of the messages. There are none where nothing was added.
func (d *Decoder) Take() []*tag.Batch {
	d.seal()
	ready := d.ready
	d.ready, d.builder = nil, nil
	return ready
}

// Unlisted returns how many fields were ignored since the stream has as many
// columns as it may have, or since their name is too long.
func (d *Decoder) Unlisted() uint64 { return d.unlisted }

// seal ends the batch in hand.
func (d *Decoder) seal() {
	if d.builder == nil {
		return
	}
	b := d.builder.Derived(tag.Live, d.hops)
	if b == nil {
		return
	}
	if d.later.on {
		b = d.widen(b)
	}
	d.ready = append(d.ready, b)
}
