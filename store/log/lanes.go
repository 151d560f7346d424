package log

import (
	"cmp"
	"slices"
)

// span is a stretch of positions, from from up to but not including to.
type span struct{ from, to uint64 }

// forever ends the span that the tail of the log grows into.
const forever = 1<<64 - 1

// flight is an entry that was delivered and not yet acknowledged, or
// acknowledged while one before it is not; or many that were delivered one after
// the other, where acknowledgements come in order.
type flight struct {
	position uint64 // of the first
	to       uint64 // behind the last
	run      int    // of the span it was taken from
	ticket   uint64 // of the last
	entries  int
	rows     uint64
	acked    bool
}

// lane is a list of what is still to be delivered and what is on the way, both
// in order.
type lane struct {
	spans   []span
	runs    []int // of spans, by the same index
	flights []flight
}

// lanes is the whole state of a cursor, without clock, log or goroutine:
//
//	            split(tail)
//	   ┌──────────────────────────┐
//	   ▼                          │
//	backfill: [a,b) [c,d)       live: [e,∞)
//	   │ deliver                  │ deliver
//	   ▼                          ▼
//	flights ──ack, in any order──▶ gone
//
// What is neither in a span nor in a flight has been acknowledged, or skipped.
type lanes struct {
	of     [2]lane // by Lane
	run    int     // last run given
	ticket uint64  // last ticket given
	rows   uint64  // rows in flight and not acknowledged
	turn   turn

	together int // entries that are one flight at most, where acknowledgements come in order
}

// flightEntries is how many entries are one flight in a cursor that is InOrder.
const flightEntries = 1024

// newLanes returns a cursor that has spans before it, in order, the last of
// them without end. All of it is live until split.
func newLanes(spans []span, backfillShare float64) *lanes {
	l := &lanes{turn: turn{share: backfillShare}}
	for _, s := range spans {
		l.put(LiveLane, s)
	}
	return l
}

func (l *lanes) put(lane Lane, s span) {
	if s.from >= s.to {
		return
	}
	l.run++
	l.of[lane].spans = append(l.of[lane].spans, s)
	l.of[lane].runs = append(l.of[lane].runs, l.run)
}

// split moves what the live lane has before the tail to the backfill lane.
func (l *lanes) split(tail uint64) {
	live := &l.of[LiveLane]
	spans := live.spans
	live.spans, live.runs = nil, nil
	for _, s := range spans {
		l.put(BackfillLane, span{s.from, min(s.to, tail)})
		l.put(LiveLane, span{max(s.from, tail), s.to})
	}
}

// next returns the first position of a lane that is still to be delivered and
// where the span ends.
func (l *lanes) next(lane Lane) (span, bool) {
	if len(l.of[lane].spans) == 0 {
		return span{}, false
	}
	return l.of[lane].spans[0], true
}

// has reports whether a position is still to be delivered in a lane, at its
// front.
func (l *lanes) has(lane Lane, position uint64) bool {
	s, ok := l.next(lane)
	return ok && s.from <= position && position < s.to
}

// pass advances a lane to a position, over what is of no interest.
func (l *lanes) pass(lane Lane, to uint64) {
	in := &l.of[lane]
	for len(in.spans) > 0 && in.spans[0].from < to {
		if in.spans[0].to > to {
			in.spans[0].from = to
			return
		}
		in.spans, in.runs = in.spans[1:], in.runs[1:]
	}
}

// deliver takes the entry at a position, which the lane has, and returns the
// ticket to acknowledge it with.
func (l *lanes) deliver(lane Lane, position, rows uint64) uint64 {
	in := &l.of[lane]
	l.ticket++
	if last := in.lastFlight(); last != nil && last.run == in.runs[0] && last.entries < l.together {
		last.to, last.ticket = position+1, l.ticket
		last.entries++
		last.rows += rows
	} else {
		in.flights = append(in.flights, flight{position: position, to: position + 1, run: in.runs[0], ticket: l.ticket, entries: 1, rows: rows})
	}
	l.pass(lane, position+1)
	l.rows += rows
	l.turn.took(lane, rows)
	return l.ticket
}

// ack acknowledges the entry of a ticket and reports whether it was on the way.
func (l *lanes) ack(lane Lane, ticket uint64) (rows uint64, ok bool) {
	in := &l.of[lane]
	i, found := slices.BinarySearchFunc(in.flights, ticket, func(f flight, ticket uint64) int {
		return cmp.Compare(f.ticket, ticket)
	})
	if !found || in.flights[i].acked {
		return 0, false
	}
	in.flights[i].acked = true
	rows = in.flights[i].rows
	l.rows -= rows
	in.trim()
	return rows, true
}

// ackThrough acknowledges all that was delivered up to a ticket, as far as it is
// whole flights, and returns their rows.
func (l *lanes) ackThrough(ticket uint64) (rows uint64) {
	for lane := range l.of {
		in := &l.of[lane]
		for i := 0; i < len(in.flights) && in.flights[i].ticket <= ticket; i++ {
			if f := &in.flights[i]; !f.acked {
				f.acked = true
				rows += f.rows
			}
		}
		in.trim()
	}
	l.rows -= rows
	return rows
}

func (in *lane) lastFlight() *flight {
	if len(in.flights) == 0 {
		return nil
	}
	return &in.flights[len(in.flights)-1]
}

// trim forgets the flights in front that are acknowledged.
func (in *lane) trim() {
	n := 0
	for n < len(in.flights) && in.flights[n].acked {
		n++
	}
	in.flights = in.flights[n:]
	if len(in.flights) == 0 {
		in.flights = nil
	}
}

// inFlight returns the number of flights that the window holds.
func (l *lanes) inFlight() int { return len(l.of[LiveLane].flights) + len(l.of[BackfillLane].flights) }

// skip gives up everything before a position, what is on the way, too, and
// returns the spans that it gave up. An entry on the way may have arrived all
// the same; its acknowledgement comes too late.
func (l *lanes) skip(before uint64) []span {
	var lost []span
	for lane := range l.of {
		in := &l.of[lane]
		for _, s := range in.spans {
			if s.from < before {
				lost = append(lost, span{s.from, min(s.to, before)})
			}
		}
		l.pass(Lane(lane), before)
		lost = append(lost, l.abandon(in, before)...)
	}
	return normalise(lost)
}

// abandon takes the flights before a position out of a lane. Of one that goes on
// behind it the rest stays, with all its rows: how they are divided is not known.
func (l *lanes) abandon(in *lane, before uint64) []span {
	var lost []span
	in.flights = slices.DeleteFunc(in.flights, func(f flight) bool {
		if f.position < before && !f.acked {
			lost = append(lost, span{f.position, min(f.to, before)})
		}
		if f.to <= before && !f.acked {
			l.rows -= f.rows
		}
		return f.to <= before
	})
	for i := range in.flights {
		in.flights[i].position = max(in.flights[i].position, before)
	}
	in.trim()
	return lost
}

// pending returns what has not been acknowledged, as few spans: of each run,
// all from its first entry on that is not acknowledged. It is what is kept for
// the next life, which delivers all of it again.
func (l *lanes) pending() []span {
	return normalise(append(l.of[LiveLane].pending(), l.of[BackfillLane].pending()...))
}

// pending is that of one lane.
func (in *lane) pending() []span {
	all := in.stranded()
	for i, s := range in.spans {
		all = append(all, span{in.firstPending(in.runs[i], s.from), s.to})
	}
	return all
}

// rewound returns lanes that have before them what has not been acknowledged, each
// the same as before, or all of it in one. Had what the live lane was split from
// come into it again, it would follow what that has delivered since.
func (l *lanes) rewound(backfillShare float64, inOne bool) *lanes {
	again := newLanes(nil, backfillShare)
	again.ticket = l.ticket
	if inOne {
		for _, s := range l.pending() {
			again.put(LiveLane, s)
		}
		return again
	}
	for lane := range l.of {
		for _, s := range normalise(l.of[lane].pending()) {
			again.put(Lane(lane), s)
		}
	}
	return again
}

// unsettled returns the rows that were acknowledged and are pending all the
// same, since one before them in their run is not acknowledged.
func (l *lanes) unsettled() uint64 {
	var rows uint64
	for _, in := range l.of {
		waits := map[int]bool{}
		for _, f := range in.flights {
			if f.acked && waits[f.run] {
				rows += f.rows
			}
			waits[f.run] = waits[f.run] || !f.acked
		}
	}
	return rows
}

// firstPending returns the position of the first entry of a run that is on the
// way, or from.
func (in *lane) firstPending(run int, from uint64) uint64 {
	for _, f := range in.flights {
		if f.run == run && !f.acked {
			return min(f.position, from)
		}
	}
	return from
}

// stranded returns spans over the entries on the way whose run has nothing
// more to deliver.
func (in *lane) stranded() []span {
	var all []span
	last := -1
	for _, f := range in.flights {
		switch {
		case f.acked || slices.Contains(in.runs, f.run):
		case f.run == last:
			all[len(all)-1].to = f.to
		default:
			all, last = append(all, span{f.position, f.to}), f.run
		}
	}
	return all
}

// oldest returns the first position that has not been acknowledged.
func (l *lanes) oldest() uint64 {
	spans := l.pending()
	if len(spans) == 0 {
		return forever
	}
	return spans[0].from
}

// normalise sorts spans and joins those that touch.
func normalise(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	joined := spans[:0]
	for _, s := range spans {
		if n := len(joined); n > 0 && s.from <= joined[n-1].to {
			joined[n-1].to = max(joined[n-1].to, s.to)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}
