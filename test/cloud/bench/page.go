package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// write is the page.
func write(results []result) string {
	var b strings.Builder
	b.WriteString("# The cloud with many sites\n\n")
	b.WriteString("Written by `make bench-cloud`: one member with etcd inside of it, and light sites in another process of the same machine, which speak the real protocol over TLS. ")
	fmt.Fprintf(&b, "%d processors, %s/%s, %s. Processor time is the member's own, etcd included.\n\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	b.WriteString("## An idle site\n\n")
	b.WriteString("A bare stream is a gRPC server with the same TLS and keep-alive that does nothing else. The goal is twice that, at most, and flat.\n\n")
	b.WriteString("| sites | memory a site | a bare stream | ratio | CPU a site and hour | a bare stream |\n|---|---|---|---|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %d | %d KB | %d KB | %.2f | %s | %s |\n", r.sites, r.memory>>10, r.bareMemory>>10,
			float64(r.memory)/float64(max(r.bareMemory, 1)), r.idle.Round(time.Millisecond), r.bareIdle.Round(time.Millisecond))
	}
	b.WriteString("\n## All come back\n\nThe member is killed and started again. The curve is how many sites have a session after each second.\n\n")
	b.WriteString("| sites | all back after | CPU | CPU a site | turned away | curve |\n|---|---|---|---|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %d | %s | %s | %s | %d | %s |\n", r.sites, r.stormWall.Round(time.Second), r.storm.Round(time.Millisecond),
			(r.storm / time.Duration(r.sites)).Round(time.Microsecond), r.turned, curve(r.curve))
	}
	b.WriteString("\n## A change to all\n\nA rollout with a canary of one and four waves, health windows of nothing: what the control plane itself costs.\n\n")
	b.WriteString("| sites | confirmed | took | CPU | CPU a site |\n|---|---|---|---|---|\n")
	for _, r := range results {
		fmt.Fprintf(&b, "| %d | %d | %s | %s | %s |\n", r.sites, r.confirmed, r.rolloutWall.Round(time.Second/10), r.rollout.Round(time.Millisecond),
			(r.rollout / time.Duration(r.sites)).Round(time.Microsecond))
	}
	return b.String()
}

// curve is a dozen points of one, at most.
func curve(points []int) string {
	step := max(1, (len(points)+11)/12)
	var parts []string
	for i := 0; i < len(points); i += step {
		parts = append(parts, fmt.Sprintf("%d s: %d", i, points[i]))
	}
	return strings.Join(parts, ", ")
}
