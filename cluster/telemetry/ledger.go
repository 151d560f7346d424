package telemetry

import (
	"cmp"
	"slices"
	"sync"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/tag"
)

// Ledger is the account of the records that came to this member since it was started: by the identity of each it tells
// what came twice, what was told to be missing, and what never came. It may be used concurrently.
type Ledger struct {
	mu    sync.Mutex
	lives map[life]*account
}

// life is one life of a stream's log.
type life struct {
	site        string
	stream      tag.StreamID
	incarnation uint64
}

// account is what came of one life. The spans are apart and in order.
type account struct {
	name  string
	spans []span
	rows  uint64
	twice uint64
	gaps  map[tag.Cause]uint64
}

// span is sequences from one up to and not including another.
type span struct{ from, to uint64 }

// mostSpans bounds the memory of a life; beyond it the oldest two are taken for one.
const mostSpans = 1024

// NewLedger returns an empty ledger.
func NewLedger() *Ledger { return &Ledger{lives: map[life]*account{}} }

// Take enters a record that all sinks have.
func (l *Ledger) Take(r link.Record) {
	var first tag.Identity
	var count uint64
	if r.Gap != nil {
		first, count = r.Gap.First, r.Gap.Count
	} else {
		first, count = r.Batch.Identity(0), uint64(r.Batch.Len())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := life{first.Site, first.Stream, first.Incarnation}
	a := l.lives[key]
	if a == nil {
		a = &account{gaps: map[tag.Cause]uint64{}}
		l.lives[key] = a
	}
	fresh := a.add(span{first.Sequence, first.Sequence + count})
	a.twice += count - fresh
	if r.Gap != nil {
		a.gaps[r.Gap.Cause] += fresh
		return
	}
	a.name, a.rows = r.Batch.Schema().Name(), a.rows+fresh
}

// add joins a span to those that are there and returns how much of it is new.
func (a *account) add(s span) (fresh uint64) {
	fresh = s.to - s.from
	i, _ := slices.BinarySearchFunc(a.spans, s.from, func(have span, from uint64) int { return cmp.Compare(have.to, from) })
	j := i
	for ; j < len(a.spans) && a.spans[j].from <= s.to; j++ {
		have := a.spans[j]
		if over, end := max(have.from, s.from), min(have.to, s.to); end > over {
			fresh -= end - over
		}
	}
	merged := s
	if j > i {
		merged = span{min(s.from, a.spans[i].from), max(s.to, a.spans[j-1].to)}
	}
	a.spans = slices.Replace(a.spans, i, j, merged)
	if len(a.spans) > mostSpans {
		a.spans = slices.Replace(a.spans, 0, 2, span{a.spans[0].from, a.spans[1].to})
	}
	return fresh
}

// Stream is the account of one life of a stream.
type Stream struct {
	Site        string            `json:"site"`
	Stream      string            `json:"stream"`
	ID          string            `json:"id"`
	Incarnation uint64            `json:"incarnation" doc:"Life of the site's log."`
	First       uint64            `json:"first" doc:"Sequence of the first record that came to this member."`
	Next        uint64            `json:"next" doc:"Sequence after the last one that came."`
	Rows        uint64            `json:"rows"`
	Twice       uint64            `json:"twice" doc:"Records that came again, after a reconnect."`
	Gaps        map[string]uint64 `json:"gaps" doc:"Records that the site has told to be missing, by cause."`
	Missing     uint64            `json:"missing" doc:"Records between first and next that came neither as rows nor as a gap: still on the way, or lost."`
}

// Streams returns the accounts of a site, or of all where it is empty, by name and life.
func (l *Ledger) Streams(site string) []Stream {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []Stream
	for key, a := range l.lives {
		if site == "" || key.site == site {
			list = append(list, a.view(key))
		}
	}
	slices.SortFunc(list, func(a, b Stream) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Incarnation, b.Incarnation))
	})
	return list
}

func (a *account) view(key life) Stream {
	v := Stream{
		Site: key.site, Stream: a.name, ID: key.stream.String(), Incarnation: key.incarnation, Rows: a.rows, Twice: a.twice, Gaps: map[string]uint64{},
		First: a.spans[0].from, Next: a.spans[len(a.spans)-1].to,
	}
	v.Missing = v.Next - v.First
	for _, s := range a.spans {
		v.Missing -= s.to - s.from
	}
	for cause, n := range a.gaps {
		v.Gaps[cause.String()] = n
	}
	return v
}
