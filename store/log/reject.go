package log

import "github.com/holdfast-edge/holdfast/tag"

// Reject says that the far end will never have some rows of an entry: a gap of
// this cause, kept until it is acknowledged, takes their place, one for each
// run of rows. The rest of the entry counts as acknowledged. Without rows it is
// all of the entry. Like Ack it reports whether the entry was awaited; of an
// entry that is a gap itself it is Ack.
func (c *Cursor) Reject(e Entry, cause tag.Cause, rows ...Rows) bool {
	if e.Batch == nil {
		return c.Ack(e)
	}
	if len(rows) == 0 {
		rows = []Rows{{0, e.Batch.Len()}}
	}
	return c.consumer.reject(e, cause, rows)
}

// Rows is a run of rows of a batch, from From up to but not including To.
type Rows struct{ From, To int }

// reject settles an entry and leaves gaps, in one step: no commit has the one
// without the other.
func (c *consumer) reject(e Entry, cause tag.Cause, runs []Rows) bool {
	now := c.log.options.Now().UnixNano()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.settle(e) {
		return false
	}
	growing := c.growing(cause)
	for _, run := range runs {
		n := uint64(run.To - run.From)
		c.addGap(growing, tag.Gap{First: e.Batch.Identity(run.From), Count: n, Cause: cause, At: now})
		c.stats.acked -= n
		c.stats.skipped += n
		c.log.counters.drop(e.Batch.Schema().Name(), cause, n)
	}
	c.gapsDirty = true
	c.touch()
	c.poke()
	return true
}
