package main

import (
	"bytes"
	"fmt"
	"runtime"
	"time"
)

// page is the results as Markdown, with how they were come by.
func page(results []result, during time.Duration) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# A rule between two MQTT clients\n\n")
	fmt.Fprintf(&b, "Written by `make bench-mqtt` on %s: %d processors, %s, %s/%s.\n\n",
		time.Now().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	fmt.Fprintf(&b, "| messages in | rule: CPU | bare broker: CPU | ratio | rule: lost | rule: p50, p99 | bare: lost | bare: p50, p99 |\n|---|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %s: %.0f/s | %.2f µs | %.2f µs | %.2f | %s | %s, %s | %s | %s, %s |\n",
			r.what, r.rule.rate(), micros(r.rule.perMessage()), micros(r.bare.perMessage()),
			float64(r.rule.perMessage())/float64(r.bare.perMessage()),
			lost(r.rule, 2), short(r.rule.P50), short(r.rule.P99), lost(r.bare, 1), short(r.bare.P50), short(r.bare.P99))
	}
	fmt.Fprintf(&b, `
CPU is that of the node's process for a message that came in, user and system, by the scheduler's account. Both nodes
run the same program with the same load in one run; trust the ratios. The bare broker passes all messages from one
client to the other; through the rule pass half of them.

## Method

Two nodes and the clients are processes of their own, on loopback. A message is a JSON object of 5 fields and about 100
bytes, QoS 0. The rule is

    SELECT * FROM sensors WHERE temperature > 50

and publishes the whole row on another topic of the node's own broker, where the receiving client subscribes. *As fast
as it goes* sends %d messages, held back by the node alone; shares of that peak and the fixed rates last %s each.
*Each by itself* is one write for each message, as devices do it; the others are written a millisecond's worth at a
time. Latency is from before the write of the one client to behind the read of the other.

The machine is shared and noisy. To run it yourself: `+"`make bench-mqtt`"+`.
`, floodMessages, during)
	return b.String()
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }

func lost(m measured, share int) string { return fmt.Sprint(m.Sent/share - m.Received) }
