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
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

// Memory keeps the recent past of the node's own metrics, so that a rate of
// them can be asked where nobody scrapes the node. It is in memory only, as far
// back as so many samples go: twenty minutes and more on a large site, days on a
// small one. It may be used concurrently.
type Memory struct {
	gather  prometheus.Gatherer
	samples int // that are kept at most

	mu      sync.Mutex
	scrapes []int64          // in milliseconds since the Unix epoch
	first   int              // number of the first of them
	kept    map[uint64]*past // by the hash of their labels
	all     int              // samples kept

	building labels.ScratchBuilder
	met      labels.Labels // of the metric in hand, until the next
}

// past is one metric's.
type past struct {
	labels labels.Labels
	like   *past // another one whose labels have the same hash
	column column
	from   int // scrape that the column begins with
	until  int // scrape behind its last value
	ended  bool
}

// ScrapeEvery is how often metrics are kept.
const ScrapeEvery = 15 * time.Second

// keptSamples is how many samples are kept unless it is said: of a byte each,
// but for those that are no whole numbers, of nine.
const keptSamples = 1_000_000

// NewMemory returns one that has nothing yet. It keeps at most so many samples;
// 0: a million.
func NewMemory(gather prometheus.Gatherer, samples int) *Memory {
	if samples <= 0 {
		samples = keptSamples
	}
	return &Memory{gather: gather, samples: samples, kept: map[uint64]*past{}, building: labels.NewScratchBuilder(16)}
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

// Keep keeps what the metrics are now. What cannot be gathered is left out, and
// nothing is kept while the clock is behind what was.
func (m *Memory) Keep(now time.Time) {
	families, err := m.gather.Gather()
	if err != nil && len(families) == 0 {
		return
	}
	at := now.UnixMilli()
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.scrapes); n > 0 && m.scrapes[n-1] >= at {
		return
	}
	scrape := m.first + len(m.scrapes)
	m.scrapes = append(m.scrapes, at)
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if f, ok := number(metric); ok {
				m.add(m.of(family.GetName(), metric.GetLabel(), scrape), scrape, f)
			}
		}
	}
	m.end(scrape)
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

// of finds the past of a metric, or begins one.
func (m *Memory) of(name string, pairs []*dto.LabelPair, scrape int) *past {
	m.building.Reset()
	m.building.Add(model.MetricNameLabel, name)
	for _, p := range pairs {
		if p.GetValue() != "" { // an empty label is none
			m.building.Add(p.GetName(), p.GetValue())
		}
	}
	m.building.Sort()
	m.building.Overwrite(&m.met)
	hash := m.met.Hash()
	for p := m.kept[hash]; p != nil; p = p.like {
		if labels.Equal(p.labels, m.met) {
			return p
		}
	}
	p := &past{labels: m.met.Copy(), like: m.kept[hash], from: scrape, until: scrape}
	m.kept[hash] = p
	return p
}

func (m *Memory) add(p *past, scrape int, f float64) {
	switch {
	case p.until > scrape:
		return // given twice in one scrape
	case p.until < scrape:
		p.column.skip(scrape - p.until)
	}
	p.column.add(f)
	p.until, p.ended = scrape+1, false
	m.all++
}

// end marks the metrics that are gone.
func (m *Memory) end(scrape int) {
	for _, p := range m.kept {
		for ; p != nil; p = p.like {
			if p.until <= scrape && !p.ended {
				m.add(p, scrape, math.Float64frombits(value.StaleNaN))
				p.ended = true
			}
		}
	}
}

// trim lets the oldest go, a tenth at once.
func (m *Memory) trim() {
	for m.all > m.samples {
		n := len(m.scrapes)/10 + 1
		m.scrapes = slices.Clone(m.scrapes[n:])
		m.first += n
		m.all = 0
		for hash, p := range m.kept {
			if p = m.cut(p); p == nil {
				delete(m.kept, hash)
			} else {
				m.kept[hash] = p
			}
		}
	}
}

// cut lets go of what was before the first scrape, of all that have the same
// hash, and returns those of which something is left.
func (m *Memory) cut(p *past) (left *past) {
	for ; p != nil; p = p.like {
		kept := past{labels: p.labels, like: left, from: m.first, until: m.first, ended: p.ended}
		p.column.each(func(scrape int, f float64) {
			if at := p.from + scrape; at >= m.first {
				if len(kept.column.data) == 0 {
					kept.from, kept.until = at, at
				}
				m.add(&kept, at, f)
			}
		})
		if len(kept.column.data) > 0 {
			kept.ended = p.ended
			kept.column.data = slices.Clone(kept.column.data)
			left = &kept
		}
	}
	return left
}

// Querier returns one over what is kept now.
func (m *Memory) Querier(mint, maxt int64) (storage.Querier, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q := &remembered{scrapes: m.scrapes, mint: mint, maxt: maxt}
	for _, p := range m.kept {
		for ; p != nil; p = p.like {
			q.all = append(q.all, remembrance{labels: p.labels, column: p.column, from: p.from - m.first, in: q})
		}
	}
	return q, nil
}
