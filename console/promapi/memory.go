package promapi

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/value"
	"github.com/prometheus/prometheus/storage"
)

// Memory keeps the recent past of the node's own metrics, so that a rate of
// them can be asked where nobody scrapes the node. It is in memory only, as far
// back as so many samples go: twenty minutes and more on a large site, days on a
// small one. It may be used concurrently.
type Memory struct {
	metrics Metrics
	samples int // that are kept at most

	mu      sync.Mutex
	scrapes []int64          // in milliseconds since the Unix epoch
	first   int              // number of the first of them
	kept    map[uint64]*past // by the hash of their labels
	all     int              // samples kept
	round   round
}

// Metrics tells every metric as it is now.
type Metrics func(to Told)

// Told takes one of them. Its labels are names and values in turn, to be read before it returns.
type Told func(name string, value float64, labels []string)

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
func NewMemory(metrics Metrics, samples int) *Memory {
	if samples <= 0 {
		samples = keptSamples
	}
	return &Memory{metrics: metrics, samples: samples, kept: map[uint64]*past{}, round: newRound()}
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

// Keep keeps what the metrics are now. Nothing is kept while the clock is behind
// what was.
func (m *Memory) Keep(now time.Time) {
	at := now.UnixMilli()
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.scrapes); n > 0 && m.scrapes[n-1] >= at {
		return
	}
	scrape := m.first + len(m.scrapes)
	m.scrapes = append(m.scrapes, at)
	m.round.begin()
	m.metrics(func(name string, value float64, labels []string) {
		m.add(m.of(m.round.build(name, labels), scrape), scrape, value)
	})
	m.end(scrape)
	m.trim()
}

// of finds the past of a metric, or begins one.
func (m *Memory) of(met labels.Labels, scrape int) *past {
	if p := m.round.expected(); p != nil && labels.Equal(p.labels, met) {
		return m.round.met(p)
	}
	hash := met.Hash()
	for p := m.kept[hash]; p != nil; p = p.like {
		if labels.Equal(p.labels, met) {
			return m.round.met(p)
		}
	}
	p := &past{labels: met.Copy(), like: m.kept[hash], from: scrape, until: scrape}
	m.kept[hash] = p
	return m.round.met(p)
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
		m.round = newRound() // the pasts are others then
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
