package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/test/figures"
)

// quiet is what a small node does while nobody asks it anything.
type quiet struct {
	first    time.Duration // from its start to its first values
	during   time.Duration
	cpu      time.Duration
	switches uint64 // of threads that went to sleep
	resident uint64
}

// afterStart is how long a node runs before it is watched: what a start took is
// given back after 15 s.
const afterStart = 25 * time.Second

// benchIdle measures a node that is left alone, and writes the page.
func benchIdle(ctx context.Context, s scale, out string, stdout io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	plant, err := startDevices(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plant.close()) }()
	if err := site(filepath.Join(dir, "site.json"), s, plant.addresses); err != nil {
		return err
	}
	n, err := startNode(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	q, err := n.leaveAlone(ctx, s)
	if err != nil {
		return err
	}
	return deliver(q.page(s), out, stdout)
}

func (n *node) leaveAlone(ctx context.Context, s scale) (q quiet, err error) {
	for c := (counts{}); c.scans == 0; {
		if err := wait(ctx, 5*time.Millisecond); err != nil {
			return q, err
		}
		if c, _, err = n.counts(ctx); err != nil {
			return q, err
		}
	}
	q.first = time.Since(n.began)
	if err := wait(ctx, afterStart); err != nil {
		return q, err
	}
	began, cpu, switches, err := n.effort()
	if err == nil {
		err = wait(ctx, s.during)
	}
	if err != nil {
		return q, err
	}
	ended, cpuNow, switchesNow, err := n.effort()
	q.during, q.cpu, q.switches = ended.Sub(began), cpuNow-cpu, switchesNow-switches
	if err != nil {
		return q, err
	}
	q.resident, _, err = n.memory()
	return q, err
}

// effort reads what all threads of the node have run for, and how often they went
// to sleep (proc(5): schedstat and status of each).
func (n *node) effort() (at time.Time, cpu time.Duration, switches uint64, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", n.cmd.Process.Pid))
	if err != nil {
		return at, 0, 0, err
	}
	for _, thread := range threads {
		ran, err := os.ReadFile(filepath.Join(thread, "schedstat"))
		if err != nil {
			return at, 0, 0, err
		}
		status, err := os.ReadFile(filepath.Join(thread, "status"))
		if err != nil {
			return at, 0, 0, err
		}
		first, _, _ := strings.Cut(string(ran), " ")
		nanoseconds, _ := strconv.ParseInt(first, 10, 64)
		cpu += time.Duration(nanoseconds)
		_, rest, _ := strings.Cut(string(status), "\nvoluntary_ctxt_switches:")
		rest, _, _ = strings.Cut(rest, "\n")
		times, _ := strconv.ParseUint(strings.TrimSpace(rest), 10, 64)
		switches += times
	}
	return time.Now(), cpu, switches, nil
}

func (q quiet) page(s scale) string {
	var b bytes.Buffer
	seconds := q.during.Seconds()
	fmt.Fprintf(&b, "# A small node that is left alone\n\n%s\n\n", figures.Written("bench-idle"))
	fmt.Fprintf(&b, "%d devices × %d tags at %s, no rule, no sink, nobody at the console.\n\n", s.devices, s.tags, s.interval)
	fmt.Fprintf(&b, "| of the node | |\n|---|---|\n| from its start to its first values | %s |\n", q.first.Round(time.Millisecond))
	fmt.Fprintf(&b, "| processor, of one core | %.2f %% |\n", 100*q.cpu.Seconds()/seconds)
	fmt.Fprintf(&b, "| threads going to sleep, a second | %.0f |\n", float64(q.switches)/seconds)
	fmt.Fprintf(&b, "| resident memory | %.0f MB |\n\n", float64(q.resident)/1e6)
	fmt.Fprintf(&b, `The node is the released build with the default configuration, which logs every value and keeps it in the history. It is
watched for %s, from %s after its first values on, by what the system says of its threads. To run it yourself:
`+"`go run ./test/bench -idle -devices %d -tags %d`"+`.

What wakes it up, each second: the scan's timer and its reply, the log's commit, and the broker, which looks for sessions that have ended.
Go's own watch over the threads wakes up some times with each of them.
`, s.during, afterStart, s.devices, s.tags)
	return b.String()
}
