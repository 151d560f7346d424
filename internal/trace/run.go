package trace

import (
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/tag"
)

// run is a trace that goes on.
type run struct {
	Trace

	records map[string]*record // what is followed, by stream
	rules   map[string]int     // hop at which a rule took the record, and has made nothing of it yet
	sinks   map[string]int     // hop at which a sink took a record, by sink and stream
	missing map[Expected]bool
}

// record is a record of a stream that is followed.
type record struct {
	time int64 // of its row
	hop  int   // the last
}

func newRun(t Trace, expected []Expected) *run {
	r := &run{Trace: t, records: map[string]*record{}, rules: map[string]int{}, sinks: map[string]int{}, missing: map[Expected]bool{}}
	for _, e := range expected[:min(len(expected), mostNames)] {
		r.missing[e] = true
	}
	return r
}

func (r *run) open() bool { return r.State == Armed || r.State == Running }

// copy returns the trace as it stands.
func (r *run) copy() Trace {
	t := r.Trace
	t.Hops = slices.Clone(r.Hops)
	for e := range r.missing {
		t.Missing = append(t.Missing, e.String())
	}
	slices.Sort(t.Missing)
	t.Missing = slices.Compact(t.Missing)
	return t
}

// hop adds a hop and returns its number; the last one where there are too many.
func (r *run) hop(h Hop) int {
	if len(r.Hops) == mostHops {
		return mostHops - 1
	}
	r.Hops = append(r.Hops, h)
	return len(r.Hops) - 1
}

// find returns the row of a batch that is followed; -1 where there is none.
func (rec *record) find(b *tag.Batch) int {
	if rec == nil {
		return -1
	}
	for i := b.Len() - 1; i >= 0; i-- {
		if b.Time(i) == rec.time {
			return i
		}
	}
	return -1
}

func (r *run) published(stream string, b *tag.Batch, now time.Time) bool {
	if b.Len() == 0 || r.records[stream] != nil {
		return false
	}
	if took, waits := r.rules[stream]; waits {
		delete(r.rules, stream)
		delete(r.missing, Expected{RuleOut, stream, stream})
		last := b.Len() - 1
		r.records[stream] = &record{b.Time(last), r.hop(Hop{Stage: RuleOut, At: now, Follows: took, Stream: stream, Where: stream})}
		return true
	}
	if r.State != Armed || b.Origin() != tag.Live || r.Target.Stream != stream {
		return false
	}
	row, slot := r.wanted(b)
	if row < 0 {
		return false
	}
	at := r.begin(stream, b, row, slot)
	r.records[stream] = &record{b.Time(row), r.hop(Hop{Stage: Published, At: now, Follows: at, Stream: stream})}
	return true
}

// wanted returns the newest row that has the tag, and the tag's slot; any row, and -1, where no tag is wanted.
func (r *run) wanted(b *tag.Batch) (row, slot int) {
	row = b.Len() - 1
	if r.Target.Tag == "" {
		return row, -1
	}
	slot, ok := b.Schema().Slot(r.Target.Tag)
	for ; ok && row >= 0; row-- {
		if b.Row(row)[slot].Kind() != tag.Absent {
			return row, slot
		}
	}
	return -1, -1
}

// begin adds where the record comes from, and returns the last hop of that.
func (r *run) begin(stream string, b *tag.Batch, row, slot int) int {
	source := b.Time(row)
	if slot >= 0 {
		source, r.Value = b.ValueTime(row, slot), b.Row(row)[slot]
	}
	at := r.hop(Hop{Stage: Source, At: time.Unix(0, source), Follows: -1, Stream: stream})
	if source == b.Time(row) {
		return at
	}
	return r.hop(Hop{Stage: Read, At: time.Unix(0, b.Time(row)), Follows: at, Stream: stream})
}

func (r *run) evaluating(streams []string, rule string, b *tag.Batch, now time.Time) bool {
	if r.State == Armed && r.Target.Rule == rule && b.Origin() == tag.Live && b.Len() > 0 {
		row := b.Len() - 1
		at := r.begin(b.Schema().Name(), b, row, -1)
		r.tookRule(rule, Hop{Stage: RuleIn, At: now, Follows: at, Stream: b.Schema().Name(), Where: rule})
		return true
	}
	if _, waits := r.rules[rule]; waits || r.records[rule] != nil {
		return false
	}
	for _, stream := range streams {
		rec := r.records[stream]
		if rec.find(b) < 0 {
			continue
		}
		r.tookRule(rule, Hop{Stage: RuleIn, At: now, Follows: rec.hop, Stream: stream, Where: rule})
		return true
	}
	return false
}

// evaluated ends the way over a rule that has made nothing of the record.
func (r *run) evaluated(rule string, now time.Time) bool {
	took, waits := r.rules[rule]
	if !waits {
		return false
	}
	delete(r.rules, rule)
	r.hop(Hop{Stage: Nothing, At: now, Follows: took, Stream: r.Hops[took].Stream, Where: rule})
	r.forgo(rule)
	return true
}

// forgo expects nothing any more of a stream on which the record does not come, nor of what rules would have made of it.
func (r *run) forgo(stream string) {
	r.records[stream] = &record{} // what comes there is another record
	for e := range r.missing {
		if e.Stream != stream {
			continue
		}
		delete(r.missing, e)
		if e.Stage == RuleIn && r.records[e.Where] == nil {
			r.forgo(e.Where)
		}
	}
}

func (r *run) tookRule(rule string, h Hop) {
	r.rules[rule] = r.hop(h)
	delete(r.missing, Expected{RuleIn, rule, h.Stream})
}

func (r *run) committed(b *tag.Batch, now time.Time) bool {
	stream := b.Schema().Name()
	rec := r.records[stream]
	row := rec.find(b)
	if row < 0 || !r.missing[Expected{Committed, "", stream}] {
		return false
	}
	delete(r.missing, Expected{Committed, "", stream})
	rec.hop = r.hop(Hop{Stage: Committed, At: now, Follows: rec.hop, Stream: stream, Sequence: b.Identity(row).Sequence})
	return true
}

func (r *run) handed(sink string, b *tag.Batch, now time.Time) bool {
	stream := b.Schema().Name()
	if r.State == Armed && r.Target.Sink == sink && b.Len() > 0 {
		row := b.Len() - 1
		r.records[stream] = &record{b.Time(row), r.begin(stream, b, row, -1)}
		if e := (Expected{Acknowledged, sink, ""}); r.missing[e] {
			delete(r.missing, e)
			r.missing[Expected{Acknowledged, sink, stream}] = true
		}
	}
	rec := r.records[stream]
	row := rec.find(b)
	if row < 0 {
		return false
	}
	r.sinks[sink+"\x00"+stream] = r.hop(Hop{
		Stage: Handed, At: now, Follows: rec.hop, Stream: stream, Where: sink, Sequence: b.Identity(row).Sequence,
	})
	return true
}

func (r *run) answered(sink string, b *tag.Batch, err error, now time.Time) bool {
	stream := b.Schema().Name()
	at, sent := r.sinks[sink+"\x00"+stream]
	row := r.records[stream].find(b)
	if !sent || row < 0 {
		return false
	}
	delete(r.sinks, sink+"\x00"+stream)
	h := Hop{Stage: Acknowledged, At: now, Follows: at, Stream: stream, Where: sink, Sequence: b.Identity(row).Sequence}
	if err != nil {
		h.Stage, h.Note = Failed, err.Error()
	} else {
		delete(r.missing, Expected{Acknowledged, sink, stream})
	}
	r.hop(h)
	return true
}
