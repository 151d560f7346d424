package promapi

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/histogram"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/tsdb/chunkenc"
	"github.com/prometheus/prometheus/tsdb/chunks"
	"github.com/prometheus/prometheus/util/annotations"
)

// Memory keeps the recent past of the node's own metrics, so that a rate of
// them can be asked where nobody scrapes the node. It is in memory only, as far
// back as so many samples go: an hour and more on a large site, days on a small
// one. It may be used concurrently.
type Memory struct {
	gather  prometheus.Gatherer
	samples int // that are kept at most

	mu   sync.Mutex
	kept map[string]*past // by labels
	all  int              // samples kept
}

// past is one metric's.
type past struct {
	labels labels.Labels
	points []point
	last   int64 // scrape in which it was seen
}

// point is a sample, in milliseconds since the Unix epoch.
type point struct {
	at int64
	f  float64
}

// ScrapeEvery is how often metrics are kept.
const ScrapeEvery = 15 * time.Second

// keptSamples is how many samples are kept unless it is said: 8 MB of them.
const keptSamples = 500_000

// NewMemory returns one that has nothing yet. It keeps at most so many samples;
// 0: half a million.
func NewMemory(gather prometheus.Gatherer, samples int) *Memory {
	if samples <= 0 {
		samples = keptSamples
	}
	return &Memory{gather: gather, samples: samples, kept: map[string]*past{}}
}

// Run keeps what the metrics are, until ctx is done.
func (m *Memory) Run(ctx context.Context) {
	tick := time.NewTicker(ScrapeEvery)
	defer tick.Stop()
	for {
		m.Keep(time.Now())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Keep keeps what the metrics are now. What cannot be gathered is left out.
func (m *Memory) Keep(now time.Time) {
	families, err := m.gather.Gather()
	if err != nil && len(families) == 0 {
		return
	}
	at := now.UnixMilli()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if f, ok := number(metric); ok {
				m.add(family.GetName(), metric.GetLabel(), at, f)
			}
		}
	}
	m.end(at)
	m.trim()
}

// number is the value of a counter or a gauge; the rest is not kept.
func number(m *dto.Metric) (float64, bool) {
	switch {
	case m.GetGauge() != nil:
		return m.GetGauge().GetValue(), true
	case m.GetCounter() != nil:
		return m.GetCounter().GetValue(), true
	case m.GetUntyped() != nil:
		return m.GetUntyped().GetValue(), true
	}
	return 0, false
}

func (m *Memory) add(name string, pairs []*dto.LabelPair, at int64, f float64) {
	b := labels.NewBuilder(labels.EmptyLabels())
	b.Set(model.MetricNameLabel, name)
	for _, p := range pairs {
		b.Set(p.GetName(), p.GetValue())
	}
	l := b.Labels()
	p := m.kept[l.String()]
	if p == nil {
		p = &past{labels: l}
		m.kept[l.String()] = p
	}
	if n := len(p.points); n > 0 && p.points[n-1].at >= at {
		return // the clock was set back
	}
	p.points, p.last = append(p.points, point{at, f}), at
	m.all++
}

// end marks the metrics that are gone.
func (m *Memory) end(at int64) {
	for _, p := range m.kept {
		if n := len(p.points); p.last != at && n > 0 && !value.IsStaleNaN(p.points[n-1].f) && p.points[n-1].at < at {
			p.points = append(p.points, point{at, math.Float64frombits(value.StaleNaN)})
			m.all++
		}
	}
}

// trim lets the oldest go, a tenth at once.
func (m *Memory) trim() {
	if m.all <= m.samples {
		return
	}
	oldest, newest := int64(math.MaxInt64), int64(math.MinInt64)
	for _, p := range m.kept {
		oldest, newest = min(oldest, p.points[0].at), max(newest, p.points[len(p.points)-1].at)
	}
	for until := oldest + (newest-oldest)/10 + 1; m.all > m.samples; until += (newest-oldest)/10 + 1 {
		for key, p := range m.kept {
			n, _ := slices.BinarySearchFunc(p.points, until, func(q point, t int64) int { return int(max(min(q.at-t, 1), -1)) })
			m.all -= n
			if p.points = slices.Clone(p.points[n:]); len(p.points) == 0 {
				delete(m.kept, key)
			}
		}
	}
}

// Querier returns one over what is kept now.
func (m *Memory) Querier(mint, maxt int64) (storage.Querier, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &remembered{}
	for _, p := range m.kept {
		from := slices.IndexFunc(p.points, func(q point) bool { return q.at >= mint })
		if from < 0 {
			continue
		}
		to := len(p.points)
		for to > from && p.points[to-1].at > maxt {
			to--
		}
		q.all = append(q.all, past{labels: p.labels, points: p.points[from:to:to]})
	}
	slices.SortFunc(q.all, func(a, b past) int { return labels.Compare(a.labels, b.labels) })
	return q, nil
}

// remembered answers one query.
type remembered struct{ all []past }

func (q *remembered) matching(matchers []*labels.Matcher) (found []past) {
	for _, p := range q.all {
		if !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(p.labels.Get(m.Name)) }) {
			found = append(found, p)
		}
	}
	return found
}

// Select returns the metrics that match.
func (q *remembered) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	return &pastSet{left: q.matching(matchers)}
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

// pastSet hands out metrics.
type pastSet struct {
	left    []past
	current past
}

func (s *pastSet) Next() bool {
	if len(s.left) == 0 {
		return false
	}
	s.current, s.left = s.left[0], s.left[1:]
	return true
}

func (s *pastSet) At() storage.Series              { return s.current }
func (*pastSet) Err() error                        { return nil }
func (*pastSet) Warnings() annotations.Annotations { return nil }

// Labels returns the labels of the metric.
func (p past) Labels() labels.Labels { return p.labels }

// Iterator returns its samples.
func (p past) Iterator(chunkenc.Iterator) chunkenc.Iterator { return storage.NewListSeriesIterator(p) }

// Get returns a sample.
func (p past) Get(i int) chunks.Sample { return p.points[i] }

// Len returns how many there are.
func (p past) Len() int { return len(p.points) }

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

// Both is several sources as one. Their series differ.
type Both []storage.Queryable

// Querier returns one over all of them.
func (b Both) Querier(mint, maxt int64) (storage.Querier, error) {
	all := make([]storage.Querier, 0, len(b))
	for _, source := range b {
		q, err := source.Querier(mint, maxt)
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return storage.NewMergeQuerier(all, nil, storage.ChainedSeriesMerge), nil
}
