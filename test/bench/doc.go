// Command bench measures a node that runs a plant: so many devices of so many
// tags, each device behind a TCP endpoint of its own, polled at one interval.
//
//	bench ─┬─ plant: this program again, a process of its own with all devices
//	       └─ holdfast edge: the process that is measured
//
// It reads the processor time and the memory of the node alone from /proc, and
// scans, late scans and overruns from its API. While it runs, a tag is written
// again and again, and the time from accepted to acknowledged is taken from the
// reports. The result is a page of Markdown.
//
// It is for Linux. Machines are shared and noisy: trust ratios within one run.
package main
