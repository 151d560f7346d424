package main

import (
	"bytes"
	"fmt"

	"github.com/holdfast-edge/holdfast/test/figures"
)

// page is the result as Markdown, with how it was come by.
func (r result) page(s scale) string {
	var b bytes.Buffer
	seconds := r.during.Seconds()
	due := float64(s.devices) * seconds / s.interval.Seconds()
	fmt.Fprintf(&b, "# %d devices × %d tags at %s\n\n", s.devices, s.tags, s.interval)
	fmt.Fprintf(&b, "%s\n\n", figures.Written("bench-plant"))
	fmt.Fprintf(&b, "| of the node | |\n|---|---|\n")
	row := func(what, format string, values ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", what, fmt.Sprintf(format, values...))
	}
	row("values a second", "%.0f", float64(r.counts.scans)*float64(s.tags)/seconds)
	row("processor, of one core", "%.1f %%", 100*r.cpu.Seconds()/seconds)
	row("processor time a value", "%.0f ns", float64(r.cpu.Nanoseconds())/(float64(r.counts.scans)*float64(s.tags)))
	row("resident memory, at the end and at most", "%.0f MB, %.0f MB", float64(r.resident)/1e6, float64(r.peak)/1e6)
	row("resident memory of a node without devices", "%.0f MB", float64(r.idle)/1e6)
	row("scans made, of those due", "%.2f %%", 100*float64(r.counts.scans)/due)
	row("scans late (not done when the next was due)", "%d of %d", r.counts.late, r.counts.scans)
	row("scans left out", "%d", r.counts.overruns)
	row("requests without an answer", "%d", r.counts.faults)
	row("writes meanwhile, accepted to acknowledged", "%d: p50 %s, p99 %s, most %s", len(r.writes), r.writes.quantile(0.5), r.writes.quantile(0.99), r.writes.quantile(1))
	row("a scan and a write without the node, at the same time", "p50 %s (%s and %s), p99 %s", r.least.quantile(0.5), r.scan.quantile(0.5), r.trip.quantile(0.5), r.least.quantile(0.99))
	row("writes, of a request in flight and one round trip", "p50 %.2f, p99 %.2f", ratio(r.writes, r.least, 0.5), ratio(r.writes, r.least, 0.99))
	fmt.Fprintf(&b, `
## Method

The devices are a process of their own: %d Modbus TCP servers of the simulator, each on its own port, each with one unit
whose registers move. The node is the released build of holdfast with the default configuration: every value is
scaled, logged, and kept in the history. After all devices are polled it warms up for %s and is measured for %s.
Processor time and memory are those of the node's process alone, from /proc. Scans are counted by the node. Each write
goes through the API to the next device; its times are those of the report. At the same time another device is asked
without the node, over a connection of its own: a read of all tags, then a write. A write through the node waits for a
request in flight at the most, and makes its own round trip: that is what it is compared with.

The machine is shared and noisy. To run it yourself: `+"`go run ./test/bench -devices %d -tags %d`"+`.
`, s.devices, warmUp, s.during, s.devices, s.tags)
	return b.String()
}

// ratio compares a quantile.
func ratio(a, b durations, q float64) float64 {
	return float64(a.quantile(q)) / float64(max(b.quantile(q), 1))
}
