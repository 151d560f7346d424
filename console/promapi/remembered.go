package promapi

import (
	"context"
	"slices"

	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// remembered answers one query.
type remembered struct {
	scrapes    []int64
	mint, maxt int64
	all        []remembrance
}

// remembrance is one metric's, in a query.
type remembrance struct {
	labels labels.Labels
	column column
	from   int // index of its first scrape
	in     *remembered
}

// points is a series' samples.
type points []point

// point is a sample, in milliseconds since the Unix epoch.
type point struct {
	at int64
	f  float64
}

// matching returns the metrics that match, in the order of their labels, as far
// as there are samples of them.
func (q *remembered) matching(matchers []*labels.Matcher) (found []remembrance) {
	for _, s := range q.all {
		if slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(s.labels.Get(m.Name)) }) {
			continue
		}
		if len(s.points()) > 0 {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, func(a, b remembrance) int { return labels.Compare(a.labels, b.labels) })
	return found
}

// points are the samples within the query's time.
func (s remembrance) points() (all points) {
	s.column.each(func(scrape int, f float64) {
		if at := s.in.scrapes[s.from+scrape]; at >= s.in.mint && at <= s.in.maxt {
			all = append(all, point{at, f})
		}
	})
	return all
}

// Select returns the metrics that match.
func (q *remembered) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	return &seriesSet{left: q.matching(matchers)}
}

// LabelValues returns the values of a label.
func (q *remembered) LabelValues(_ context.Context, name string, _ *storage.LabelHints, matchers ...*labels.Matcher) (found []string, _ annotations.Annotations, _ error) {
	for _, p := range q.matching(matchers) {
		if v := p.labels.Get(name); v != "" {
			found = append(found, v)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil, nil
}

// LabelNames returns the names of the labels.
func (q *remembered) LabelNames(_ context.Context, _ *storage.LabelHints, matchers ...*labels.Matcher) (found []string, _ annotations.Annotations, _ error) {
	for _, p := range q.matching(matchers) {
		p.labels.Range(func(l labels.Label) { found = append(found, l.Name) })
	}
	slices.Sort(found)
	return slices.Compact(found), nil, nil
}

// Close has nothing to let go of.
func (*remembered) Close() error { return nil }

// seriesSet hands out metrics.
type seriesSet struct {
	left    []remembrance
	current remembrance
}

func (s *seriesSet) Next() bool {
	if len(s.left) == 0 {
		return false
	}
	s.current, s.left = s.left[0], s.left[1:]
	return true
}

func (s *seriesSet) At() storage.Series              { return s.current }
func (*seriesSet) Err() error                        { return nil }
func (*seriesSet) Warnings() annotations.Annotations { return nil }

// Labels returns the labels of the metric.
func (s remembrance) Labels() labels.Labels { return s.labels }

// Iterator returns its samples.
func (s remembrance) Iterator(chunkenc.Iterator) chunkenc.Iterator {
	return storage.NewListSeriesIterator(s.points())
}

// Get returns a sample.
func (p points) Get(i int) chunks.Sample { return p[i] }

// Len returns how many there are.
func (p points) Len() int { return len(p) }

// T returns the time of the sample, in milliseconds since the Unix epoch.
func (p point) T() int64 { return p.at }

// ST returns 0: the start is not known.
func (point) ST() int64 { return 0 }

// F returns the value.
func (p point) F() float64 { return p.f }

// H returns nothing: there are no histograms.
func (point) H() *histogram.Histogram { return nil }

// FH returns nothing: there are no histograms.
func (point) FH() *histogram.FloatHistogram { return nil }

// Type returns that of a float.
func (point) Type() chunkenc.ValueType { return chunkenc.ValFloat }

// Copy returns the sample.
func (p point) Copy() chunks.Sample { return p }
