// Command storebench measures the store, each figure beside its reference in the
// same run: the log beside a plain segmented file with fdatasync, the history
// beside Prometheus' tsdb on the same data. Rounds of the two alternate. It
// writes docs/benchmarks/store.md.
//
// It is for Linux. Machines are shared and noisy: trust ratios within one run.
package main
