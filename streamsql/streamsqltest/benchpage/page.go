package main

import (
	"fmt"
	"strings"
)

// machine is what the benchmarks ran on.
type machine struct {
	date, processor, system string
	cores, runs             int
}

// queries are the benchmarks of one query each, with what they are and for how
// many rows an iteration allocates.
var queries = [...]struct{ name, what, goal, per string }{
	{"FilterAndProject", "filter and project two of four columns", "≤ 60", "1,000 rows"},
	{"JSONFilterAndProject", "the same from JSON of 90 bytes, decoding included", "≤ 600", "1,000 rows"},
	{"TumblingGroupBy", "group by device, `tumble('1s')`, mean and maximum", "≤ 150", "1,000 rows and 100 groups"},
	{"HoppingGroupBy", "group by device, `hop('10s', '1s')`, mean", "", "1,000 rows and 100 groups"},
	{"Sliding", "`slide('10s')`, mean, an emission for each row", "", "100 rows and emissions"},
	{"LagPartitioned", "`lag` partitioned by device", "", "1,000 rows"},
	{"StreamStreamJoin", "join of two streams on two columns in a window", "", "2,000 rows"},
}

// crowds are the benchmarks of many rules on one stream.
var crowds = [...]struct{ name, what string }{
	{"Rules300", "300 rules, each with a range of its own; a quarter of the rows is given by each"},
	{"Rules300EachAlone", "the same, each rule alone"},
	{"Rules10000", "10,000 rules, each for one device and a limit: a row meets one in a hundred"},
	{"Windows300", "300 rules with one window, `tumble('10s')` by device, and ten aggregates among them"},
	{"Windows300EachAlone", "the same, each rule with windows of its own"},
}

// page is the results as Markdown, with how they were come by.
func page(r results, m machine) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Stream SQL beside loops by hand\n\nWritten by `make bench-sql` on %s: %s, %d processors, %s.\n\n", m.date, m.processor, m.cores, m.system)
	fmt.Fprintf(&b, `Each query runs over batches of rows of 100 devices; beside it, in the same run, runs a loop over structs that does
the same and was written by hand for the one query. What counts is the time of the processor, that of the garbage
collector included: best of %d runs. Machines are shared and noisy: trust the ratios, and take the nanoseconds for what
such a machine gives on a busy day.

| query | ns a row | goal | by hand | allocations |
|---|---|---|---|---|
`, m.runs)
	for _, q := range queries {
		fmt.Fprintf(&b, "| %s | %.0f | %s | %.1f × | %.0f for %s |\n",
			q.what, r.of(q.name, "cpu-ns/row"), q.goal, r.of(q.name, "x-by-hand"), r.of(q.name, "allocs/op"), q.per)
	}
	b.WriteString(`
No allocation is for a row: they are the batches that are given away and, where texts are decoded, pieces of memory for
many of them. The loop by hand of the group-by has no time, no NULL, no quality and no restart; that of the sliding
window emits nothing.

| rules on one stream | evaluations for a second of processor |
|---|---|
`)
	for _, c := range crowds {
		fmt.Fprintf(&b, "| %s | %s million |\n", c.what, thousands(r.of(c.name, "Meval/cpu-s")))
	}
	idle := r.of("Idle100000", "heap-B/rule")
	fmt.Fprintf(&b, `
The goal for 300 rules is 5 million. eKuiper 2.4 was measured at 0.3 million evaluations a second for 300 rules on this
kind of machine.

An idle rule takes %.1f KB (goal: 20 KB); 100,000 of them, half with a filter and half with a window, compiled each by
itself and put into one group, %.0f MB, in a process of %.0f MB (goal: 2,500 MB).
`, idle/1e3, idle*100_000/1e6, r.of("Idle100000", "process-MB"))
	return b.String()
}

// thousands writes a number with its digits in groups, and one place where it is
// small.
func thousands(f float64) string {
	if f < 100 {
		return fmt.Sprintf("%.1f", f)
	}
	digits := fmt.Sprintf("%.0f", f)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
