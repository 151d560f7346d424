package link

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/store/codec"
	"github.com/holdfast-edge/holdfast/tag"
)

// maxLayouts bounds what one stream of telemetry may have its receiver remember.
const maxLayouts = 4096

// ErrTelemetry says that a message is no telemetry that this stream may carry.
var ErrTelemetry = errors.New("no telemetry")

// Record is a batch of committed rows, or the gap in their place.
type Record struct {
	Batch *tag.Batch
	Gap   *tag.Gap
}

// Packer turns records into the messages of one stream. The zero Packer is the beginning of a stream. It is for one
// goroutine.
type Packer struct {
	layouts map[tag.StreamID]packed
	last    uint32
}

// packed is the layout of a stream that was told last.
type packed struct {
	number uint32
	schema *tag.Schema
	octets []byte
}

// Pack returns the messages that carry a record under a ticket: a layout before the rows, where they have a new one.
func (p *Packer) Pack(ticket uint64, r Record) ([]*wire.TelemetryUp, error) {
	if r.Gap != nil {
		return []*wire.TelemetryUp{{Message: &wire.TelemetryUp_Gap{Gap: packGap(ticket, r.Gap)}}}, nil
	}
	rows, err := codec.AppendRows(nil, r.Batch)
	if err != nil {
		return nil, err
	}
	if len(rows) > MaxBulk-1024 {
		return nil, fmt.Errorf("%w: %d rows of %s are %d octets, more than a message takes", ErrTelemetry, r.Batch.Len(), r.Batch.Schema().Name(), len(rows))
	}
	number, layout := p.layout(r.Batch.Schema())
	first := r.Batch.Identity(0)
	message := &wire.TelemetryUp{Message: &wire.TelemetryUp_Rows{Rows: &wire.Rows{
		Ticket: ticket, Layout: number, Incarnation: first.Incarnation, Sequence: first.Sequence, Rows: rows,
	}}}
	if layout == nil {
		return []*wire.TelemetryUp{message}, nil
	}
	return []*wire.TelemetryUp{{Message: &wire.TelemetryUp_Layout{Layout: layout}}, message}, nil
}

// layout returns the number of a schema, with the message that tells it where it is new.
func (p *Packer) layout(s *tag.Schema) (uint32, *wire.Layout) {
	known, ok := p.layouts[s.Stream()]
	if ok && known.schema == s {
		return known.number, nil
	}
	octets := codec.AppendSchema(nil, s)
	if ok && bytes.Equal(octets, known.octets) {
		known.schema = s
		p.layouts[s.Stream()] = known
		return known.number, nil
	}
	if p.layouts == nil || p.last >= maxLayouts {
		p.layouts, p.last = map[tag.StreamID]packed{}, 0 // the receiver takes a number that comes again for the new one
	}
	number := p.last
	if ok && len(p.layouts) > 0 {
		number = known.number
	} else {
		p.last++
	}
	p.layouts[s.Stream()] = packed{number: number, schema: s, octets: octets}
	return number, &wire.Layout{Number: number, Schema: octets}
}

func packGap(ticket uint64, g *tag.Gap) *wire.Gap {
	return &wire.Gap{
		Ticket: ticket, Stream: g.First.Stream[:], Incarnation: g.First.Incarnation, Sequence: g.First.Sequence,
		Count: g.Count, Cause: uint32(g.Cause), At: g.At,
	}
}

// Unpacker turns the messages of one stream of a site into records. It is for one goroutine.
type Unpacker struct {
	site    string
	layouts map[uint32]*tag.Schema
}

// NewUnpacker returns the unpacker of a stream that a site sends.
func NewUnpacker(site string) *Unpacker {
	return &Unpacker{site: site, layouts: map[uint32]*tag.Schema{}}
}

// Layout learns a layout.
func (u *Unpacker) Layout(l *wire.Layout) error {
	if l.GetNumber() >= maxLayouts {
		return fmt.Errorf("%w: layout %d, want less than %d", ErrTelemetry, l.GetNumber(), maxLayouts)
	}
	schema, err := codec.DecodeSchema(l.GetSchema())
	if err != nil {
		return fmt.Errorf("read layout %d: %w", l.GetNumber(), err)
	}
	u.layouts[l.GetNumber()] = schema
	return nil
}

// Rows returns the batch that a message carries, under its identity.
func (u *Unpacker) Rows(r *wire.Rows) (Record, error) {
	schema, ok := u.layouts[r.GetLayout()]
	if !ok {
		return Record{}, fmt.Errorf("%w: rows of layout %d, which was never told", ErrTelemetry, r.GetLayout())
	}
	if r.GetSequence() == 0 {
		return Record{}, fmt.Errorf("%w: rows that are not committed", ErrTelemetry)
	}
	batch, err := codec.DecodeRows(r.GetRows(), schema)
	if err != nil {
		return Record{}, fmt.Errorf("read rows of %s: %w", schema.Name(), err)
	}
	first := tag.Identity{Site: u.site, Stream: schema.Stream(), Incarnation: r.GetIncarnation(), Sequence: r.GetSequence()}
	return Record{Batch: batch.Committed(first)}, nil
}

// Gap returns the gap that a message carries.
func (u *Unpacker) Gap(g *wire.Gap) (Record, error) {
	if len(g.GetStream()) != len(tag.StreamID{}) || g.GetCount() == 0 || g.GetSequence() == 0 || g.GetCause() > 255 ||
		g.GetSequence()+g.GetCount() < g.GetSequence() {
		return Record{}, fmt.Errorf("%w: a gap that makes no sense", ErrTelemetry)
	}
	first := tag.Identity{Site: u.site, Stream: tag.StreamID(g.GetStream()), Incarnation: g.GetIncarnation(), Sequence: g.GetSequence()}
	return Record{Gap: &tag.Gap{First: first, Count: g.GetCount(), Cause: tag.Cause(g.GetCause()), At: g.GetAt()}}, nil
}
