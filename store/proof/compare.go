package proof

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/tag"
)

// Report says of a sink what became of the records that the log has or had.
type Report struct {
	Sink     string   `json:"sink"`
	Received bool     `json:"received"` // whether a receiver's file was compared
	Streams  []Stream `json:"streams"`
	Damaged  []string `json:"damaged"`
}

// Stream is the report of one stream in one life of the log.
type Stream struct {
	Name         string            `json:"name"`
	First        string            `json:"first"` // identity of the first record that is reported on
	Records      uint64            `json:"records"`
	Acknowledged uint64            `json:"acknowledged"` // of what the log still has
	Waiting      uint64            `json:"waiting"`
	Gaps         map[string]uint64 `json:"gaps"`     // given up, by cause
	Received     uint64            `json:"received"` // different ones
	Twice        uint64            `json:"twice"`    // came again
	Missing      []Run             `json:"missing"`
}

// Missing returns how many records are missing: acknowledged, in no gap, and
// not with the receiver.
func (r *Report) Missing() (n uint64) {
	for i := range r.Streams {
		n += r.Streams[i].Absent()
	}
	return n
}

// Absent returns how many records of the stream are missing.
func (s *Stream) Absent() (n uint64) {
	for _, m := range s.Missing {
		n += m.Count
	}
	return n
}

// Complete reports whether nothing is missing and everything could be read.
func (r *Report) Complete() bool { return r.Missing() == 0 && len(r.Damaged) == 0 }

// Compare reports on the sink of a name. Without received it goes by what the
// sink acknowledged. With it, every record from the first that the receiver has
// of a stream and life, up to the last that the log has, must be received, or
// waiting, or in a gap.
func Compare(s Snapshot, sink string, received *Received) (*Report, error) {
	i := slices.IndexFunc(s.Sinks, func(c SinkState) bool { return c.Name == sink || c.Name == "sink/"+sink })
	if i < 0 {
		return nil, fmt.Errorf("the log knows no sink %q: want one of %s", sink, strings.Join(s.names(), ", "))
	}
	c := &comparison{streams: map[key]*ledger{}, received: received}
	if err := c.read(s, s.Sinks[i]); err != nil {
		return nil, err
	}
	r := &Report{Sink: s.Sinks[i].Name, Received: received != nil, Damaged: append([]string{}, s.Damaged...), Streams: []Stream{}}
	for _, k := range c.keys() {
		r.Streams = append(r.Streams, c.streams[k].report(k, received))
	}
	return r, nil
}

func (s *Snapshot) names() (names []string) {
	for _, c := range s.Sinks {
		names = append(names, strings.TrimPrefix(c.Name, "sink/"))
	}
	return names
}

// ledger is what is known of one stream in one life of the log.
type ledger struct {
	name    string
	held    set
	waiting set
	lost    set
	causes  map[string]*set
}

type comparison struct {
	streams  map[key]*ledger
	received *Received
}

func (c *comparison) read(s Snapshot, sink SinkState) error {
	for _, r := range s.Held {
		if !wants(sink.Streams, r.Stream) {
			continue
		}
		if err := c.enter(r, func(l *ledger) *set { return &l.held }); err != nil {
			return err
		}
	}
	for _, r := range sink.Waiting {
		if err := c.enter(r, func(l *ledger) *set { return &l.waiting }); err != nil {
			return err
		}
	}
	for _, g := range slices.Concat(s.Gaps, sink.Gaps) {
		if !wants(sink.Streams, g.Stream) {
			continue
		}
		err := c.enter(g.Run, func(l *ledger) *set { return &l.lost })
		if err == nil {
			err = c.enter(g.Run, func(l *ledger) *set { return l.because(g.Cause) })
		}
		if err != nil {
			return err
		}
	}
	c.told()
	return nil
}

// told enters the gaps that the receiver was told of streams that the log knows,
// and streams that only the receiver knows.
func (c *comparison) told() {
	if c.received == nil {
		return
	}
	for k := range c.received.have {
		c.ledger(k, "")
	}
	for k, all := range c.received.causes {
		l := c.ledger(k, "")
		for _, g := range all {
			l.lost.add(g.from, g.to)
			l.because(g.text).add(g.from, g.to)
		}
	}
}

func (c *comparison) ledger(k key, name string) *ledger {
	l := c.streams[k]
	if l == nil {
		l = &ledger{causes: map[string]*set{}}
		c.streams[k] = l
	}
	l.name = cmp.Or(name, l.name)
	return l
}

func (l *ledger) because(cause string) *set {
	s := l.causes[cause]
	if s == nil {
		s = &set{}
		l.causes[cause] = s
	}
	return s
}

func (c *comparison) enter(r Run, into func(*ledger) *set) error {
	k, first, err := parseIdentity(r.First)
	if err != nil {
		return err
	}
	into(c.ledger(k, r.Stream)).add(first, first+r.Count)
	return nil
}

func wants(patterns []string, stream string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(pattern string) bool {
		matched, err := path.Match(pattern, stream)
		return pattern == stream || matched && err == nil
	})
}

func (c *comparison) keys() []key {
	return slices.SortedFunc(maps.Keys(c.streams), func(a, b key) int {
		return cmp.Or(strings.Compare(c.streams[a].name, c.streams[b].name), strings.Compare(a.stream.String(), b.stream.String()),
			cmp.Compare(a.incarnation, b.incarnation))
	})
}

func (l *ledger) report(k key, received *Received) Stream {
	s := Stream{Name: l.name, Waiting: l.waiting.count(), Gaps: map[string]uint64{}, Missing: []Run{}}
	for cause, lost := range l.causes {
		s.Gaps[cause] = lost.count()
	}
	whole := l.held.bounds()
	for _, p := range subtract(l.held.all(), &l.waiting, &l.lost) {
		s.Acknowledged += p.to - p.from
	}
	if received != nil {
		have := at(received.have, k)
		whole = l.expected(have)
		s.Received, s.Twice = have.count(), have.twice
		for _, p := range subtract([]span{whole}, have, &l.waiting, &l.lost) {
			s.Missing = append(s.Missing, Run{l.name, k.identity(p.from), p.to - p.from})
		}
	}
	s.First, s.Records = k.identity(whole.from), whole.to-whole.from
	return s
}

// expected are the sequences that the receiver must have: from its first on, up
// to the last that the log has.
func (l *ledger) expected(have *set) span {
	first, last := have.bounds(), l.held.bounds()
	if first.to == 0 {
		return last
	}
	for _, known := range []span{l.lost.bounds(), last} {
		if known.to > 0 {
			first.to = max(first.to, known.to)
		}
	}
	return first
}

func subtract(from []span, sets ...*set) []span {
	for _, s := range sets {
		var left []span
		for _, p := range from {
			left = append(left, s.without(p)...)
		}
		from = left
	}
	return from
}

func (k key) identity(sequence uint64) string {
	return tag.Identity{Site: k.site, Stream: k.stream, Incarnation: k.incarnation, Sequence: sequence}.String()
}
