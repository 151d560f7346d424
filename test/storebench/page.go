package main

import (
	"bytes"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// page collects what was measured.
type page struct {
	rows bytes.Buffer
}

// row adds a figure with its reference and their ratio; an empty reference has
// none.
func (p *page) row(what, reference, ours, ratio, goal string) {
	fmt.Fprintf(&p.rows, "| %s | %s | %s | %s | %s |\n", what, reference, ours, ratio, goal)
}

func (p *page) text() string {
	return fmt.Sprintf(`# The store beside its references

Written by `+"`make bench-store`"+` on %s: %d processors, %s, %s/%s.

| | reference | Holdfast | ratio | goal |
|---|---|---|---|---|
%s
## Method

The log is measured beside a plain segmented file that is given its records encoded and makes one fdatasync a commit; rounds
of the two alternate, and the medians count. Records are of some 200 octets of JSON: sixteen slow signals with one decimal,
a counter, a state. The log encodes, compresses and indexes them.

The history is measured beside Prometheus' tsdb with the same samples: 50 devices of 20 tags for six hours at a second, ten
noisy analogue signals, seven counters and three states each, with a jittering clock. Ingest is by processor time, the making
of the data taken off, until the samples are as they stay: the history flushed every five minutes of them, sealed and
summed up by minute and hour; the tsdb committed each second and compacted. They do not promise the same. The tsdb writes
a commit into its WAL and leaves it to the system when that reaches the disk. The history makes a flush durable before it
acknowledges, and until then the log has the rows, durable, too. The rows below it are both together as on a node, the
dearest way to run them: a commit a second, which is two fdatasyncs, and a cursor that brings it to the history; beside the
tsdb as it is, and beside one whose WAL is made durable by an fdatasync a commit. Quality and nanoseconds are kept by the
history only; the sums by the history only, too. The chart is the average of one tag by minute over the six hours, the median of 200 answers,
from the rows by the tsdb and from the stored sums by the history. The late rows come in three hours for the file of the six
hours, which is sealed, and are merged an hour after the last of them: to seal it again after each flush would be to write it
again each time.

The machine is shared and noisy; trust the ratios.
`, time.Now().UTC().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH, p.rows.String())
}

// processorTime returns what this process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

func times(a, b float64) string { return fmt.Sprintf("%.2f×", a/b) }
