package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/test/figures"
)

// page is the result as Markdown, with how it was come by.
func (r *result) page(o outage) string {
	var b strings.Builder
	values := float64(r.records) * tags
	fmt.Fprintf(&b, "# A site that was cut off for %s catches up\n\n", o.Length)
	b.WriteString(figures.Written("bench-catchup") + "\n\n")
	b.WriteString("| | |\n|---|---|\n")
	row := func(what, format string, arguments ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", what, fmt.Sprintf(format, arguments...))
	}
	idle, busy := quantile(r.idle, 0.99), quantile(r.busy, 0.99)
	row("values that waited", "%.1f M, in %d records, %d batches, %.0f MB of log", values/1e6, r.records, r.batches, float64(r.logged)/(1<<20))
	row("drained over the link", "%.2f M values/s, in %s", values/r.drain.Seconds()/1e6, r.drain.Round(time.Second/10))
	row("the same log into a local sink", "%.2f M values/s, in %s", values/r.local.Seconds()/1e6, r.local.Round(time.Second/10))
	row("the link beside the local sink; the goal is 0.5", "%.2f", r.local.Seconds()/r.drain.Seconds())
	row("processor time of the two drains; that over the link has both ends, etcd and the commands in it", "%s, %s", r.localCPU.Round(time.Second/10), r.drainCPU.Round(time.Second/10))
	row("command round trip over an idle link, median and p99", "%s, %s, of %d", round(quantile(r.idle, 0.5)), round(idle), len(r.idle))
	row("the same during the drain", "%s, %s, of %d", round(quantile(r.busy, 0.5)), round(busy), len(r.busy))
	row("p99 during the drain beside that of an idle link; the goal is at most 3", "%.2f", busy.Seconds()/idle.Seconds())
	row("live records that came before the end of the backlog", "%d", r.early)
	row("records missing, twice, or out of order in their lane", "0, 0, 0")
	fmt.Fprintf(&b, `
%d devices of %d tags, a row each second: noisy analogue signals, counters and states. Their log is written at speed, on a
clock that the plant moves. Then it is drained twice, by the same delivery as on a node: into a sink in the same process
that only keeps who came, and over the link (TLS 1.3, tickets) through a member of the cloud into such a sink. During
the second drain the plant goes on in real time, and somebody commands the site over the API, one command after the other, each
of them through etcd, the site's journal on the disk, and back; before that, the same over the idle link. Node, cloud, etcd and
who commands share the processors. Records are known by their identity; the run fails, and writes no page, where one is
missing or comes twice, where a lane is out of order, or where nothing live comes before the backlog's end.
`, devices, tags)
	return b.String()
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
