package log

import (
	"cmp"
	"slices"
	"time"
)

// Stats is what the log has done and where it stands, as of one moment.
type Stats struct {
	Rows     int64 // records committed in this life of the process
	Batches  int64
	Commits  int64
	Failures int64 // commits that the disk refused
	Written  int64 // octets that the commits wrote: the wear of the disk

	Queue       int   // octets that wait to be committed
	QueueLimit  int   // how many may
	Segments    int   // files
	Bytes       int64 // of the files
	Quarantined int   // segments put aside in this life
	Trouble     error // why the last commit failed; nil: it succeeded

	Dropped map[Drop]uint64 // records lost, by stream and cause
	Cursors []CursorStats   // by name
}

// CursorStats is where a cursor stands.
type CursorStats struct {
	Name      string
	Open      bool
	Lag       uint64        // records not acknowledged
	LagBytes  int64         // of the files that it holds back
	Age       time.Duration // since the commit of the oldest entry not acknowledged
	InFlight  int           // entries delivered and not acknowledged
	Backfill  bool          // the backfill lane has something
	Gaps      int           // gaps of its own that it has not acknowledged
	Delivered uint64        // records, again after each opening
	Acked     uint64        // records
	Skipped   uint64        // records given up
}

// Stats returns a snapshot.
func (l *Log) Stats() Stats {
	sizes := l.shelf.sizes()
	s := Stats{
		Rows: l.counters.rows.Load(), Batches: l.counters.batches.Load(), Commits: l.counters.commits.Load(),
		Failures: l.counters.failures.Load(), Written: l.counters.written.Load(),
		Segments: len(sizes), Quarantined: l.shelf.quarantined(), Dropped: l.counters.dropped(),
	}
	for _, file := range sizes {
		s.Bytes += file.bytes
	}
	l.mu.Lock()
	s.Queue, s.QueueLimit, s.Trouble = l.queue.bytes, l.queue.limit, l.trouble
	l.mu.Unlock()
	for _, c := range l.all() {
		s.Cursors = append(s.Cursors, l.cursorStats(c, sizes))
	}
	slices.SortFunc(s.Cursors, func(a, b CursorStats) int { return cmp.Compare(a.Name, b.Name) })
	return s
}

func (l *Log) cursorStats(c *consumer, sizes []sized) CursorStats {
	c.mu.Lock()
	oldest := c.lanes.oldest()
	_, backfill := c.lanes.next(BackfillLane)
	s := CursorStats{
		Name: c.name, Open: c.holder != nil, Lag: c.lag, InFlight: c.lanes.inFlight(), Backfill: backfill,
		Gaps: len(c.gaps), Delivered: c.stats.delivered, Acked: c.stats.acked, Skipped: c.stats.skipped,
	}
	c.mu.Unlock()
	for i, file := range sizes {
		if i+1 == len(sizes) || sizes[i+1].first > oldest {
			s.LagBytes += file.bytes
		}
	}
	tail, _ := l.recent.tail()
	if oldest >= tail || s.Lag == 0 {
		s.LagBytes = 0
		return s
	}
	if at, ok := l.committedAt(oldest); ok {
		s.Age = max(l.options.Now().Sub(time.Unix(0, at)), 0)
	}
	return s
}

// committedAt returns when the entry at a position was committed.
func (l *Log) committedAt(position uint64) (int64, bool) {
	if _, at, ok := l.recent.read(position); ok {
		return at, true
	}
	held, end, err := l.shelf.holding(position)
	if err != nil {
		return 0, false
	}
	raw, err := findBlock(held, position, end, func(uint32) bool { return true })
	if err != nil || raw.header == nil {
		return 0, false
	}
	return raw.header.time, true
}
