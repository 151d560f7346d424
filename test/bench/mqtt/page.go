package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/test/figures"
)

// page is the results as Markdown, with how they were come by.
func page(results []result, during time.Duration) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# A rule between two MQTT clients\n\n")
	fmt.Fprintf(&b, "%s\n\n", figures.Written("bench-mqtt"))
	b.WriteString("| what is to be shown | a write for each message | a millisecond's messages together |\n|---|---|---|\n")
	for _, c := range clauses {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.text, c.judge(results, true), c.judge(results, false))
	}
	b.WriteString("\n")
	table(&b, "A write for each message, as clients do it", results, true)
	table(&b, "A millisecond's messages in one write, as a bridge or a gateway does it", results, false)
	fmt.Fprintf(&b, `CPU is that of the node's process for a message that came in, user and system, by the scheduler's account. All three have
the same load, with the same pattern of writing, in one run; trust the ratios. The bare broker is Holdfast's without stream
and rule, the library is mochi-mqtt as a program embeds it. Both pass all messages from one client to the other, through
the rule pass half of them. What a broker loses it has not written, and pays nothing for: a ratio beside losses is too high.

## Method

The brokers and the clients are processes of their own, on loopback. A message is a JSON object of 5 fields and about 100
bytes, QoS 0. The rule is

    SELECT * FROM sensors WHERE temperature > 50

and publishes the whole row on another topic of the node's own broker, where the receiving client subscribes. *As fast
as it goes* sends %d messages, held back by the node alone; shares of that peak and the fixed rates last %s each.
Latency is from before the write of the one client to behind the read of the other. Messages that are read in portions
(docs/design/broker.md) wait up to 5 ms for each other: that is most of the median.

The machine is shared and noisy. To run it yourself: `+"`make bench-mqtt`"+`.
`, floodMessages, during)
	return b.String()
}

// table lists the loads of one pattern of writing.
func table(b *bytes.Buffer, title string, results []result, each bool) {
	fmt.Fprintf(b, "## %s\n\n", title)
	fmt.Fprintf(b, "| messages in | rule: CPU | bare broker: CPU | ratio | library: CPU | ratio | rule: lost | p50, p99 | bare: lost | p50, p99 | library: lost | p50, p99 |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range results {
		if r.each != each {
			continue
		}
		fmt.Fprintf(b, "| %s: %.0f/s | %.2f µs | %.2f µs | %.2f | %.2f µs | %.2f |",
			r.what, r.rule.rate(), micros(r.rule.perMessage()), micros(r.bare.perMessage()), r.ratio(r.bare),
			micros(r.library.perMessage()), r.ratio(r.library))
		for _, m := range []struct {
			measured
			share int
		}{{r.rule, 2}, {r.bare, 1}, {r.library, 1}} {
			fmt.Fprintf(b, " %d | %s, %s |", m.lost(m.share), short(m.P50), short(m.P99))
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
}

// clause is something that is to be shown.
type clause struct {
	text  string
	of    []stage
	holds func(r *result) (told string, holds bool)
}

var clauses = []clause{
	{"CPU a message at most 0.8 of the bare broker's, at the peak, 70 % and 35 % of it", []stage{peak, most, half}, func(r *result) (string, bool) {
		return fmt.Sprintf("%.2f", r.ratio(r.bare)), r.ratio(r.bare) <= 0.8
	}},
	{"the same beside the bare library", []stage{peak, most, half}, func(r *result) (string, bool) {
		return fmt.Sprintf("%.2f", r.ratio(r.library)), r.ratio(r.library) <= 0.8
	}},
	{"nothing lost at 70 % of the peak", []stage{most}, func(r *result) (string, bool) {
		return fmt.Sprintf("%d of %d", r.rule.lost(2), r.rule.Sent/2), r.rule.lost(2) == 0
	}},
	{"p99 under 20 ms at half of that", []stage{half}, func(r *result) (string, bool) {
		return short(r.rule.P99), r.rule.P99 < 20*time.Millisecond
	}},
}

// judge says whether a clause holds with one pattern of writing, and why.
func (c *clause) judge(results []result, each bool) string {
	verdict, told := "pass", ""
	for i := range results {
		for _, of := range c.of {
			if r := &results[i]; r.of == of && r.each == each {
				text, holds := c.holds(r)
				told += ", " + text
				if !holds {
					verdict = "**fail**"
				}
			}
		}
	}
	return verdict + told
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }

func short(d time.Duration) string { return d.Round(10 * time.Microsecond).String() }

// lost is how many messages did not arrive where one of so many should have.
func (m measured) lost(share int) int { return m.Sent/share - m.Received }
