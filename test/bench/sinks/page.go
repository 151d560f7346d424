package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/test/figures"
)

// page is the result as Markdown, with how it was come by.
func (r result) page() string {
	wall := func(c cost) time.Duration { return c.wall }
	cpu := func(c cost) time.Duration { return c.cpu }
	n := float64(requests * perBatch)
	rate := func(all []cost) float64 { return n / median(all, wall).Seconds() / 1e6 }
	spent := func(all []cost) float64 { return float64(median(all, cpu).Nanoseconds()) / n }
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Sinks beside their drivers\n\n%s\n\n", figures.Written("bench-sinks"))
	fmt.Fprintf(&b, "| TDengine, stmt2, %d fields a row | the sink | the driver alone | ratio |\n|---|---|---|---|\n", fields)
	fmt.Fprintf(&b, "| million rows a second | %.2f | %.2f | %.2f× |\n", rate(r.sink), rate(r.driver), rate(r.sink)/rate(r.driver))
	fmt.Fprintf(&b, "| processor time a row, ns | %.0f | %.0f | %.2f× |\n", spent(r.sink), spent(r.driver), spent(r.driver)/spent(r.sink))
	fmt.Fprintf(&b, `
The goal is a ratio of 0.7 at least.

## Method

The far end is the double of sinks/tdengine/taosd in a process of its own, which answers binds and keeps nothing. A round
is %d requests of %d rows, each with a time, a sequence, %d numbers, incarnation, quality and the mark of historical rows;
there are %d rounds of each side in turns, and the figures are their medians. The sink is given batches as the log
delivers them, and does all that it does in a node: names tables, checks columns, converts by the types of the server,
gathers, answers. The driver alone fills the same columns from the same rows in the shortest loop that does, binds them
and runs the statement, one request at a time, as the sink does here. Processor time is that of the client's process.
`, requests, perBatch, fields, len(r.sink))
	return b.String()
}
