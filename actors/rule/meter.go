package rule

import (
	"sync/atomic"

	"github.com/holdfast-edge/holdfast/streamsql"
)

// Meter counts what a rule did since the node was started. It outlives the
// rule's incarnations and may be read at any time.
type Meter struct {
	RowsIn  atomic.Uint64
	RowsOut atomic.Uint64
	Failed  atomic.Uint64 // rows that the query could not evaluate
	Late    atomic.Uint64 // rows behind the watermark
	Dropped atomic.Uint64 // batches that the rings dropped
	Refused atomic.Uint64 // rows of output that the log or the bus refused
	Writes  atomic.Uint64 // commands given to devices
	Expired atomic.Uint64 // writes that came too late to be commanded
	last    atomic.Pointer[streamsql.Failure]
}

// LastFailure returns the last row that failed, and nil where none has.
func (m *Meter) LastFailure() *streamsql.Failure { return m.last.Load() }

// tally adds what a query has done between two readings of its counters.
func (m *Meter) tally(before, now streamsql.Stats) {
	m.RowsIn.Add(now.RowsIn - before.RowsIn)
	m.RowsOut.Add(now.RowsOut - before.RowsOut)
	m.Failed.Add(now.Failed - before.Failed)
	m.Late.Add(now.Late - before.Late)
	if now.Last != nil && now.Last != before.Last {
		m.last.Store(now.Last)
	}
}
