package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/test/figures"
)

// page is the result as Markdown, with how it was come by.
func (r *result) page(o outage) string {
	var b bytes.Buffer
	records := uint64(o.Streams) * uint64(o.Seconds)
	samples := float64(records) * float64(o.Tags)
	fmt.Fprintf(&b, "# An outage of %s with %d tags at a second\n\n", time.Duration(o.Seconds)*time.Second, o.Streams*o.Tags)
	b.WriteString(figures.Written("soak") + "\n\n")
	b.WriteString("| | |\n|---|---|\n")
	row := func(what, format string, values ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", what, fmt.Sprintf(format, values...))
	}
	row("samples", "%.1f M, in %d records", samples/1e6, records)
	row("quota of the sink", "%d MB", o.Quota>>20)
	row("files of the log, at most", "%.1f MB, of %.1f MB that the bound is", float64(r.peakFiles)/(1<<20), float64(r.bound)/(1<<20))
	row("resident memory after a tenth, at the end, at most", "%d MB, %d MB, %d MB", r.early>>20, r.late>>20, r.peak>>20)
	row("records skipped, in gap records", "%d, in %d", r.ledger.skipped, r.ledger.gaps)
	row("records drained afterwards", "%d", r.ledger.delivered)
	row("records in neither, or in both", "0")
	row("samples a second, log and history, and of processor time", "%.1f M, %.1f M", samples/r.wrote.Seconds()/1e6, samples/r.processor.Seconds()/1e6)
	row("samples a second drained", "%.1f M", float64(r.ledger.delivered)*float64(o.Tags)/r.drained.Seconds()/1e6)
	row("octets written for a sample, by the log and by the history", "%.2f, %.2f", float64(r.log.Written)/samples, float64(r.history.Written)/samples)
	fmt.Fprintf(&b, `
The log and the history of a node run on a clock that the plant moves: %d devices of %d tags, noisy analogue
signals, counters and states, one row each second, as fast as the log takes them. The sink is away from the first second to
the last. Then it comes back and takes what there is. Every record is accounted for by its identity: it was delivered once,
or it is in one gap record. Files and memory are those of the process, which makes the data, too. The run fails, and writes
no page, where a record is unaccounted for, the files pass the bound (the quota and the file that is being written), or
the memory passes %d MB.
`, o.Streams, o.Tags, o.MaxMemory>>20)
	return b.String()
}
