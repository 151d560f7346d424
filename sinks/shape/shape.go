// Package shape gives batches the form that a sink asks for, whoever delivers to it: a node or a member of the cloud.
package shape

import (
	"path"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/tag"
)

// Shaper gives batches the form that a sink asks for: fewer fields, another
// stream name for what is historical. Identities and rows stay as they are. It
// belongs to one goroutine.
type Shaper struct {
	config *config.Sink
	plans  map[planKey]*shape
}

type planKey struct {
	schema     *tag.Schema
	historical bool
}

// shape is what becomes of the batches of one schema.
type shape struct {
	schema *tag.Schema // nil where batches stay as they are
	slots  []int       // of the fields that remain
	none   bool        // nothing remains
}

// plansMax bounds what is remembered; schemas come one by one as fields appear.
const plansMax = 1024

// New returns the shaper of a sink as it is configured.
func New(c *config.Sink) *Shaper { return &Shaper{config: c, plans: map[planKey]*shape{}} }

// Apply returns the batch to send, and false where it is withheld as a whole.
func (s *Shaper) Apply(b *tag.Batch) (*tag.Batch, bool, error) {
	historical := b.Origin() == tag.Backfill
	if historical && s.config.Historical == config.HistoricalSkip {
		return nil, false, nil
	}
	separate := historical && s.config.Historical == config.HistoricalSeparate
	if len(s.config.Fields) == 0 && !separate {
		return b, true, nil
	}
	p, err := s.plan(b.Schema(), separate)
	switch {
	case err != nil:
		return nil, false, err
	case p.none:
		return nil, false, nil
	case p.schema == nil:
		return b, true, nil
	}
	shaped, err := p.of(b)
	return shaped, true, err
}

func (s *Shaper) plan(schema *tag.Schema, historical bool) (*shape, error) {
	key := planKey{schema, historical}
	if p, ok := s.plans[key]; ok {
		return p, nil
	}
	name := schema.Name()
	if historical {
		name += s.config.Suffix
	}
	p := &shape{}
	var fields []tag.Field
	for slot := range schema.Len() {
		if f := schema.Field(slot); s.wants(f.Name) {
			fields, p.slots = append(fields, f), append(p.slots, slot)
		}
	}
	p.none = len(fields) == 0
	if len(fields) < schema.Len() || historical {
		shaped, err := tag.NewSchema(schema.Stream(), name, fields...)
		if err != nil {
			return nil, err
		}
		p.schema = shaped
	}
	if len(s.plans) >= plansMax {
		clear(s.plans)
	}
	s.plans[key] = p
	return p, nil
}

func (s *Shaper) wants(field string) bool {
	if len(s.config.Fields) == 0 {
		return true
	}
	for _, pattern := range s.config.Fields {
		if ok, err := path.Match(pattern, field); pattern == field || ok && err == nil {
			return true
		}
	}
	return false
}

// of makes the batch of the new schema.
func (p *shape) of(b *tag.Batch) (*tag.Batch, error) {
	rows := tag.Rows{
		Times: make([]int64, 0, b.Len()), Values: make([]tag.Value, 0, b.Len()*len(p.slots)), Origin: b.Origin(), Hops: b.Hops(),
	}
	if b.HasValueTimes() {
		rows.Stamps = make([]int64, 0, cap(rows.Values))
	}
	for i := range b.Len() {
		rows.Times = append(rows.Times, b.Time(i))
		row := b.Row(i)
		for _, slot := range p.slots {
			rows.Values = append(rows.Values, row[slot])
			if rows.Stamps != nil {
				rows.Stamps = append(rows.Stamps, b.ValueTime(i, slot))
			}
		}
	}
	shaped, err := tag.Assemble(p.schema, rows)
	if err != nil {
		return nil, err
	}
	return shaped.Committed(b.Identity(0)), nil
}
