package history

import (
	"errors"
	"fmt"
	"slices"

	"github.com/holdfast-edge/holdfast/tag"
)

// shardsLookedInto is how many shards, the newest, Fields looks into. More
// would have a query for what there is map every file.
const shardsLookedInto = 2

// Fields returns the fields that a stream has had lately, in the order in which
// they came: those of the newest shards that have the stream and those in
// memory. A stream without rows has none.
func (h *History) Fields(stream string) ([]tag.Field, error) {
	var fields []tag.Field
	all := h.shards.list(minTime, maxTime)
	for _, d := range all[max(len(all)-shardsLookedInto, 0):] {
		err := h.shards.use(d, func() error {
			h.swap.RLock()
			defer h.swap.RUnlock()
			fields = joined(fields, d.fieldsOf(stream))
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list fields of %s: %w", stream, err)
		}
	}
	h.swap.RLock()
	defer h.swap.RUnlock()
	for _, t := range h.named[stream] {
		fields = joined(fields, t.fields())
	}
	return fields, nil
}

func (s *shard) fieldsOf(stream string) (fields []tag.Field) {
	for _, n := range s.named[stream] {
		fields = joined(fields, s.streams[n].fields)
	}
	return fields
}

// joined appends the fields whose names are not there yet.
func joined(fields, more []tag.Field) []tag.Field {
	for _, f := range more {
		if !slices.ContainsFunc(fields, func(g tag.Field) bool { return g.Name == f.Name }) {
			fields = append(fields, f)
		}
	}
	return fields
}

// fields returns the fields of the rows that wait.
func (t *tail) fields() (fields []tag.Field) {
	for _, s := range t.sheets {
		fields = joined(fields, s.fields)
	}
	return fields
}

// ErrEmpty says that there are no rows at all.
var ErrEmpty = errors.New("the history is empty")

// Span is a stretch of source time that has all that is kept, in nanoseconds
// since the Unix epoch.
type Span struct {
	From, To int64 // of the rows; To not included
	Sums     int64 // where the tiers begin, or From
}

// Span returns where the rows are, and ErrEmpty where there are none.
func (h *History) Span() (Span, error) {
	s := Span{From: maxTime, To: minTime}
	for _, d := range h.shards.list(minTime, maxTime) {
		s.From, s.To = min(s.From, d.start), max(s.To, d.end())
	}
	h.swap.RLock()
	for _, t := range h.tails {
		for _, sheet := range t.sheets {
			s.From, s.To = min(s.From, sheet.min), max(s.To, sheet.max+1)
		}
	}
	h.swap.RUnlock()
	s.Sums = s.From
	for _, t := range h.tiers {
		if all := t.shards.list(minTime, maxTime); len(all) > 0 {
			s.Sums = min(s.Sums, all[0].start)
		}
	}
	if s.From > s.To && s.Sums == maxTime {
		return Span{}, ErrEmpty
	}
	return s, nil
}
