package series

import (
	"context"
	"fmt"
	"slices"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/util/annotations"

	"github.com/holdfast-edge/holdfast/store/catalog"
	"github.com/holdfast-edge/holdfast/store/walk"
)

// Queryable is the history for promql.Engine. It may be used concurrently.
type Queryable struct {
	source  walk.Source
	catalog catalog.Source
}

var (
	_ storage.Queryable = (*Queryable)(nil)
	_ storage.Querier   = (*querier)(nil)
)

// New returns a history as a Queryable.
func New(source walk.Source, known catalog.Source) *Queryable { return &Queryable{source, known} }

// Querier returns one over a stretch of time, in milliseconds since the Unix
// epoch, both ends included.
func (q *Queryable) Querier(mint, maxt int64) (storage.Querier, error) {
	known, err := q.catalog()
	if err != nil {
		return nil, fmt.Errorf("list what the history has: %w", err)
	}
	return &querier{source: q.source, all: allOf(known), mint: mint, maxt: maxt}, nil
}

// querier answers one query.
type querier struct {
	source     walk.Source
	all        []one
	mint, maxt int64
}

// Select returns the series that match, in the order of their labels.
func (q *querier) Select(ctx context.Context, _ bool, hints *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	s := &set{ctx: ctx, source: q.source, left: matching(q.all, matchers), from: q.mint, to: q.maxt}
	if hints != nil {
		s.from, s.to = hints.Start, hints.End
	}
	return s
}

// LabelValues returns the values of a label, in order.
func (q *querier) LabelValues(_ context.Context, name string, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return limited(collect(matching(q.all, matchers), func(l labels.Labels, add func(string)) {
		if v := l.Get(name); v != "" {
			add(v)
		}
	}), hints), nil, nil
}

// LabelNames returns the names of the labels, in order.
func (q *querier) LabelNames(_ context.Context, hints *storage.LabelHints, matchers ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return limited(collect(matching(q.all, matchers), func(l labels.Labels, add func(string)) {
		l.Range(func(one labels.Label) { add(one.Name) })
	}), hints), nil, nil
}

// Close has nothing to let go of.
func (q *querier) Close() error { return nil }

// collect returns the texts that are found in the labels, each once, in order.
func collect(all []one, of func(labels.Labels, func(string))) []string {
	seen := map[string]bool{}
	found := []string{}
	for _, s := range all {
		of(s.labels, func(text string) {
			if !seen[text] {
				seen[text] = true
				found = append(found, text)
			}
		})
	}
	slices.Sort(found)
	return found
}

func limited(found []string, hints *storage.LabelHints) []string {
	if hints != nil && hints.Limit > 0 && len(found) > hints.Limit {
		return found[:hints.Limit]
	}
	return found
}

// set hands out the series of a selection.
type set struct {
	ctx      context.Context //nolint:containedctx // the engine's iterators have none
	source   walk.Source
	left     []one
	current  one
	from, to int64
}

func (s *set) Next() bool {
	if len(s.left) == 0 || s.ctx.Err() != nil {
		return false
	}
	s.current, s.left = s.left[0], s.left[1:]
	return true
}

func (s *set) At() storage.Series                { return &entry{set: s, one: s.current} }
func (s *set) Err() error                        { return s.ctx.Err() }
func (s *set) Warnings() annotations.Annotations { return nil }

// entry is a series of a selection.
type entry struct {
	set *set
	one one
}

// Labels returns the labels of the series.
func (e *entry) Labels() labels.Labels { return e.one.labels }

// Iterator returns its samples.
func (e *entry) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return newIterator(e.set.ctx, walk.New(e.set.source, e.one.stream, []string{e.one.field}), e.set.from, e.set.to)
}
