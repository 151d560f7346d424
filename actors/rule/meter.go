package rule

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/streamsql"
)

// Meter counts what a rule did since the node was started. It outlives the
// rule's incarnations and may be read at any time.
type Meter struct {
	RowsIn    rowsIn
	RowsOut   atomic.Uint64
	Failed    atomic.Uint64 // rows that the query could not evaluate
	Late      atomic.Uint64 // rows behind the watermark
	Dropped   atomic.Uint64 // batches that the rings dropped; of a durable rule rows that the log has lost
	Refused   atomic.Uint64 // rows of output that the log or the bus refused
	Writes    atomic.Uint64 // commands given to devices
	Expired   atomic.Uint64 // writes that came too late to be commanded
	Forgotten atomic.Uint64 // partitions of analytic functions and windows that made room for others
	last      atomic.Pointer[streamsql.Failure]
}

// LastFailure returns a row that failed, the last one but for those within the
// same second, and nil where none has.
func (m *Meter) LastFailure() *streamsql.Failure { return m.last.Load() }

// failed counts a row that failed and keeps it.
func (m *Meter) failed(f streamsql.Failure) {
	m.Failed.Add(1)
	if last := m.last.Load(); last == nil || f.At-last.At >= int64(time.Second) || f.At < last.At {
		m.last.Store(&f)
	}
}

// rowsIn counts rows: its own, and as long as the rule has a seat those that go
// through its group, which are counted there once for all.
type rowsIn struct {
	own atomic.Uint64

	mu    sync.Mutex
	group *atomic.Uint64 // nil: no seat
	from  uint64         // where the group's count stood when the rule came
}

// Add counts rows of the rule alone.
func (r *rowsIn) Add(n uint64) { r.own.Add(n) }

// Load returns the count.
func (r *rowsIn) Load() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.group == nil {
		return r.own.Load()
	}
	return r.own.Load() + r.group.Load() - r.from
}

// join makes the rows of a group count from now on.
func (r *rowsIn) join(count *atomic.Uint64) {
	r.leave()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.group, r.from = count, count.Load()
}

// leave makes them count no more.
func (r *rowsIn) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.group != nil {
		r.own.Add(r.group.Load() - r.from)
		r.group = nil
	}
}
