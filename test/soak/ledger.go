package main

import (
	"fmt"

	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/tag"
)

// ledger accounts for the records of each stream: each is to come, or to be in
// one gap, and not twice.
type ledger struct {
	seen      map[tag.StreamID][]bool // by sequence - 1
	delivered uint64
	skipped   uint64
	gaps      int
	causes    map[string]uint64
}

func newLedger(schemas []*tag.Schema, records int) *ledger {
	l := &ledger{seen: map[tag.StreamID][]bool{}, causes: map[string]uint64{}}
	for _, s := range schemas {
		l.seen[s.Stream()] = make([]bool, records)
	}
	return l
}

// enter takes an entry, which must be of records that have not come yet.
func (l *ledger) enter(e log.Entry) error {
	first := e.First()
	seen := l.seen[first.Stream]
	for i := range e.Rows() {
		at := first.Sequence - 1 + i
		if at >= uint64(len(seen)) || seen[at] {
			return fmt.Errorf("record %d of %s: not expected, or twice", at+1, first.Stream)
		}
		seen[at] = true
	}
	if e.Gap == nil {
		l.delivered += e.Rows()
		return nil
	}
	l.gaps++
	l.skipped += e.Rows()
	l.causes[e.Gap.Cause.String()] += e.Rows()
	return nil
}

// missing returns how many records neither came nor are in a gap.
func (l *ledger) missing() (n int) {
	for _, seen := range l.seen {
		for _, ok := range seen {
			if !ok {
				n++
			}
		}
	}
	return n
}
