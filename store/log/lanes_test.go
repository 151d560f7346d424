package log

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// deliverNext delivers the next position of a lane.
func deliverNext(l *lanes, lane Lane, rows uint64) flightRef {
	s, ok := l.next(lane)
	if !ok {
		panic("nothing to deliver")
	}
	return flightRef{lane: lane, position: s.from, rows: rows, ticket: l.deliver(lane, s.from, rows)}
}

type flightRef struct {
	lane     Lane
	position uint64
	rows     uint64
	ticket   uint64
}

func TestWhatIsAcknowledgedInOrderIsGone(t *testing.T) {
	l := newLanes([]span{{10, forever}}, 0)
	for range 3 {
		f := deliverNext(l, LiveLane, 1)
		l.ack(f.lane, f.ticket)
	}
	if got := l.pending(); !slices.Equal(got, []span{{13, forever}}) || l.inFlight() != 0 {
		t.Errorf("pending %v, %d in flight", got, l.inFlight())
	}
}

func TestAHoleInTheAcknowledgementsHoldsThePosition(t *testing.T) {
	l := newLanes([]span{{0, forever}}, 0)
	first, second := deliverNext(l, LiveLane, 5), deliverNext(l, LiveLane, 7)
	if rows, ok := l.ack(second.lane, second.ticket); !ok || rows != 7 {
		t.Fatalf("%d rows, %t", rows, ok)
	}
	if l.oldest() != 0 || l.unsettled() != 7 {
		t.Errorf("oldest %d, unsettled %d", l.oldest(), l.unsettled())
	}
	if _, again := l.ack(second.lane, second.ticket); again {
		t.Error("acknowledged twice")
	}
	l.ack(first.lane, first.ticket)
	if l.oldest() != 2 || l.unsettled() != 0 {
		t.Errorf("oldest %d, unsettled %d", l.oldest(), l.unsettled())
	}
}

func TestASplitLeavesWhatIsOnTheWayInItsLane(t *testing.T) {
	l := newLanes([]span{{0, forever}}, 0)
	before := deliverNext(l, LiveLane, 1)
	l.split(100)
	if s, _ := l.next(BackfillLane); s != (span{1, 100}) {
		t.Errorf("backfill %v", s)
	}
	if s, _ := l.next(LiveLane); s != (span{100, forever}) {
		t.Errorf("live %v", s)
	}
	if got := l.pending(); !slices.Equal(got, []span{{0, forever}}) {
		t.Errorf("pending %v", got)
	}
	if _, ok := l.ack(before.lane, before.ticket); !ok {
		t.Error("what was on the way is not awaited")
	}
	if got := l.pending(); !slices.Equal(got, []span{{1, forever}}) {
		t.Errorf("pending %v", got)
	}
	l.pass(BackfillLane, 100)
	f := deliverNext(l, LiveLane, 1)
	l.ack(f.lane, f.ticket)
	if got := l.pending(); !slices.Equal(got, []span{{101, forever}}) {
		t.Errorf("pending %v", got)
	}
}

func TestASkipGivesUpWhatIsOnTheWayToo(t *testing.T) {
	l := newLanes([]span{{0, forever}}, 0)
	done, lost := deliverNext(l, LiveLane, 1), deliverNext(l, LiveLane, 1)
	acked := deliverNext(l, LiveLane, 1)
	l.ack(done.lane, done.ticket)
	l.ack(acked.lane, acked.ticket)
	if got := l.skip(50); !slices.Equal(got, []span{{1, 2}, {3, 50}}) {
		t.Errorf("gave up %v", got)
	}
	if _, ok := l.ack(lost.lane, lost.ticket); ok {
		t.Error("what was given up is awaited")
	}
	if got := l.pending(); !slices.Equal(got, []span{{50, forever}}) || l.inFlight() != 0 {
		t.Errorf("pending %v, %d in flight", got, l.inFlight())
	}
}

func TestBackfillHasItsShareAndLiveGoesFirst(t *testing.T) {
	turn := turn{share: 0.25}
	rows := [2]int{}
	for range 4000 {
		lane := turn.prefer()
		rows[lane] += 3
		turn.took(lane, 3)
	}
	if share := float64(rows[BackfillLane]) / float64(rows[0]+rows[1]); share < 0.24 || share > 0.26 {
		t.Errorf("backfill has a share of %.3f", share)
	}
}

// model is a cursor as a list of positions: each is before it, on the way, or
// acknowledged.
type model struct {
	limit   uint64
	waits   [2]map[uint64]bool // by lane
	flights []flightRef
	acked   map[uint64]bool
	lost    map[uint64]bool
}

// TestLanesAgreeWithASetOfPositions compares random histories with a model that
// has no ranges: nothing is delivered twice, nothing is forgotten, and what is
// kept for the next life covers all that is not acknowledged.
func TestLanesAgreeWithASetOfPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const limit = 60
		l := newLanes([]span{{0, limit}}, 0.5)
		m := &model{limit: limit, acked: map[uint64]bool{}, lost: map[uint64]bool{}}
		m.waits[LiveLane], m.waits[BackfillLane] = map[uint64]bool{}, map[uint64]bool{}
		for p := range uint64(limit) {
			m.waits[LiveLane][p] = true
		}
		t.Repeat(map[string]func(*rapid.T){
			"":        func(t *rapid.T) { m.check(t, l) },
			"deliver": func(t *rapid.T) { m.deliver(t, l) },
			"ack":     func(t *rapid.T) { m.ack(t, l) },
			"split":   func(t *rapid.T) { m.split(l, rapid.Uint64Range(0, limit).Draw(t, "tail")) },
			"skip":    func(t *rapid.T) { m.skip(t, l, rapid.Uint64Range(0, limit).Draw(t, "before")) },
			"rewind":  func(t *rapid.T) { l = m.rewind(l) },
		})
	})
}

func (m *model) deliver(t *rapid.T, l *lanes) {
	lane := rapid.SampledFrom([]Lane{LiveLane, BackfillLane}).Draw(t, "lane")
	if s, ok := l.next(lane); ok {
		if !m.waits[lane][s.from] {
			t.Fatalf("%d is to be delivered in lane %s, and is not waiting there", s.from, lane)
		}
		m.flights = append(m.flights, deliverNext(l, lane, 1))
		delete(m.waits[lane], s.from)
		return
	}
	if len(m.waits[lane]) != 0 {
		t.Fatalf("%d positions are forgotten in lane %s", len(m.waits[lane]), lane)
	}
}

func (m *model) ack(t *rapid.T, l *lanes) {
	if len(m.flights) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.flights)-1).Draw(t, "flight")
	f := m.flights[i]
	m.flights = slices.Delete(m.flights, i, i+1)
	if _, ok := l.ack(f.lane, f.ticket); !ok {
		t.Fatalf("%d is not awaited", f.position)
	}
	m.acked[f.position] = true
}

func (m *model) split(l *lanes, tail uint64) {
	l.split(tail)
	for p := range m.waits[LiveLane] {
		if p < tail {
			m.waits[BackfillLane][p] = true
			delete(m.waits[LiveLane], p)
		}
	}
}

func (m *model) skip(t *rapid.T, l *lanes, before uint64) {
	expected := map[uint64]bool{}
	for _, waits := range m.waits {
		for p := range waits {
			if p < before {
				expected[p] = true
				delete(waits, p)
			}
		}
	}
	m.flights = slices.DeleteFunc(m.flights, func(f flightRef) bool {
		if f.position < before {
			expected[f.position] = true
		}
		return f.position < before
	})
	given := 0
	for _, s := range l.skip(before) {
		for p := s.from; p < s.to; p++ {
			given++
			if !expected[p] {
				t.Fatalf("gave up %d, which was acknowledged or given up before", p)
			}
			m.lost[p] = true
		}
	}
	if given != len(expected) {
		t.Fatalf("gave up %d positions of %d", given, len(expected))
	}
}

// rewind begins the next life: all that is pending is live again.
func (m *model) rewind(l *lanes) *lanes {
	pending := l.pending()
	m.flights = nil
	m.waits[LiveLane], m.waits[BackfillLane] = map[uint64]bool{}, map[uint64]bool{}
	for _, s := range pending {
		for p := s.from; p < s.to; p++ {
			m.waits[LiveLane][p] = true
			delete(m.acked, p)
			delete(m.lost, p)
		}
	}
	return newLanes(pending, 0.5)
}

func (m *model) check(t *rapid.T, l *lanes) {
	covered := map[uint64]bool{}
	for _, s := range l.pending() {
		for p := s.from; p < s.to; p++ {
			covered[p] = true
		}
	}
	for p := range m.limit {
		settled := m.acked[p] || m.lost[p]
		if !settled && !covered[p] {
			t.Fatalf("%d is neither acknowledged nor kept for the next life: pending %v", p, l.pending())
		}
	}
	if n := l.inFlight(); n < len(m.flights) {
		t.Fatalf("%d in flight, want at least %d", n, len(m.flights))
	}
	if int(l.rows) != len(m.flights) {
		t.Fatalf("%d rows in flight, want %d", l.rows, len(m.flights))
	}
}

// TestAcknowledgementsInOrderForgetNothing compares random histories of a cursor
// whose entries fly together with what was delivered and acknowledged.
func TestAcknowledgementsInOrderForgetNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLanes([]span{{0, forever}}, 0.5)
		l.together = rapid.IntRange(1, 5).Draw(t, "together")
		var flights []flightRef
		through, skipped := uint64(0), uint64(0) // the first position that is not acknowledged, or not given up
		t.Repeat(map[string]func(*rapid.T){
			"deliver": func(*rapid.T) { flights = append(flights, deliverNext(l, LiveLane, 1)) },
			"pass": func(*rapid.T) {
				s, _ := l.next(LiveLane)
				l.pass(LiveLane, s.from+2)
			},
			"ack": func(t *rapid.T) {
				if len(flights) > 0 {
					f := rapid.SampledFrom(flights).Draw(t, "flight")
					l.ackThrough(f.ticket)
					through = max(through, f.position+1)
				}
			},
			"skip": func(t *rapid.T) {
				skipped = max(skipped, rapid.Uint64Range(0, 30).Draw(t, "before"))
				for _, s := range l.skip(skipped) {
					if s.to > skipped {
						t.Fatalf("gave up %v, before %d", s, skipped)
					}
				}
			},
			"": func(t *rapid.T) {
				for _, f := range flights {
					if f.position >= through && f.position >= skipped && !slices.ContainsFunc(l.pending(), func(s span) bool { return s.from <= f.position && f.position < s.to }) {
						t.Fatalf("%d is forgotten: %v", f.position, l.pending())
					}
				}
				if n := len(flights); n > 0 && l.inFlight() > n/l.together+10 {
					t.Fatalf("%d flights of %d entries", l.inFlight(), n)
				}
			},
		})
		if n := len(flights); n > 0 {
			l.ackThrough(flights[n-1].ticket)
			if l.rows != 0 || l.inFlight() != 0 {
				t.Fatalf("%d rows are on the way, %d flights", l.rows, l.inFlight())
			}
		}
	})
}
