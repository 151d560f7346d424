package exec

import "github.com/holdfast-edge/holdfast/tag"

// Stats counts what a query has done. Every row that came in and did not come
// out was filtered, is in a window, was forgotten with its partition, or failed.
type Stats struct {
	RowsIn  uint64
	RowsOut uint64
	Late    uint64 // event time: rows behind the watermark, which took no part
	Failed  uint64
	Last    *Failure // the last row that failed, nil for none

	Forgotten uint64 // partitions of analytic functions, and of windows that had rows, that made room for others
}

// Failure is a row that failed, kept for a person to look at.
type Failure struct {
	Err error
	At  int64 // when it was processed
	// Row is a copy of the row, in a batch of its own; nil where the failure
	// was of a group.
	Row *tag.Batch
}

// sampleEvery is how often at most the row is copied that failed last, so that
// a stream that fails at each row does not cost a copy for each: nanoseconds.
const sampleEvery = 1e9

// noRow is the row in hand where there is none.
const noRow = -1

// fail counts a row that failed and keeps it as a sample.
func (e *Exec) fail(now int64, err error, b *tag.Batch, row int) {
	stats := &e.root.stats
	stats.Failed++
	if e.options.Failed != nil {
		e.options.Failed(Failure{Err: err, At: now, Row: sample(b, row)})
	}
	if last := stats.Last; last == nil || now-last.At >= sampleEvery || now < last.At {
		stats.Last = &Failure{Err: err, At: now, Row: sample(b, row)}
	}
}

// late counts a row that came behind the watermark.
func (e *Exec) late(b *tag.Batch, row int) {
	e.root.stats.Late++
	if e.options.Late != nil {
		e.options.Late(b, row)
	}
}

// forgot counts a partition that was forgotten for another.
func (e *Exec) forgot() {
	e.root.stats.Forgotten++
	if e.options.Forgot != nil {
		e.options.Forgot()
	}
}

// sample copies one row, so that it does not keep its batch alive.
func sample(b *tag.Batch, row int) *tag.Batch {
	if b == nil || row == noRow {
		return nil
	}
	builder := tag.NewBuilder(b.Schema(), 1)
	out := builder.Row(b.Time(row))
	for i, v := range b.Row(row) {
		out[i] = v.Clone()
	}
	return builder.Derived(b.Origin(), b.Hops())
}
