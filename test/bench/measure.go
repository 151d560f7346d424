package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// warmUp is how long a node runs before it is measured.
const warmUp = 10 * time.Second

// result is what was measured.
type result struct {
	during   time.Duration
	cpu      time.Duration // of the node
	idle     uint64        // bytes resident of a node without devices
	resident uint64        // bytes, at the end
	peak     uint64        // bytes
	counts   counts
	scan     durations // of a device without the node: a read of all its tags
	trip     durations // and a write
	least    durations // both together: what a write cannot do without
	writes   durations // through the node, from accepted to acknowledged
}

// durations are sorted before they are asked.
type durations []time.Duration

// quantile returns the value that a part of them does not exceed.
func (d durations) quantile(q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return d[min(int(q*float64(len(d))), len(d)-1)].Round(10 * time.Microsecond)
}

func measure(ctx context.Context, s scale) (r result, err error) {
	dir, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	alone, err := idle(ctx, dir)
	if err != nil {
		return r, err
	}
	plant, err := startDevices(ctx, s)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, plant.close()) }()
	if err := site(filepath.Join(dir, "site.json"), s, plant.addresses); err != nil {
		return r, err
	}
	n, err := startNode(ctx, dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	if err := n.settle(ctx, s.devices); err != nil {
		return r, err
	}
	r, err = n.watch(ctx, s, plant.addresses)
	r.idle = alone
	return r, err
}

// idle returns the resident memory of a node that has nothing to do.
func idle(ctx context.Context, dir string) (resident uint64, err error) {
	dir = filepath.Join(dir, "idle")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return 0, err
	}
	if err := site(filepath.Join(dir, "site.json"), scale{}, nil); err != nil {
		return 0, err
	}
	n, err := startNode(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	if err := wait(ctx, warmUp/2); err != nil {
		return 0, err
	}
	resident, _, err = n.memory()
	return resident, err
}

// settle waits until every device is polled, and for the warm-up.
func (n *node) settle(ctx context.Context, devices int) error {
	for {
		_, polling, err := n.counts(ctx)
		if err != nil {
			return err
		}
		if polling == devices {
			return wait(ctx, warmUp)
		}
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// watch measures for the time of the scale.
func (n *node) watch(ctx context.Context, s scale, addresses []string) (r result, err error) {
	before, _, err := n.counts(ctx)
	if err != nil {
		return r, err
	}
	cpu, err := n.processorTime()
	if err != nil {
		return r, err
	}
	begin := time.Now()
	for value := 1; time.Since(begin) < s.during; value++ {
		if err := r.compare(ctx, n, s, addresses, value); err != nil {
			return r, err
		}
		if err := wait(ctx, 50*time.Millisecond); err != nil {
			return r, err
		}
	}
	r.during = time.Since(begin)
	after, err := n.processorTime()
	if err != nil {
		return r, err
	}
	r.cpu = after - cpu
	now, _, err := n.counts(ctx)
	if err != nil {
		return r, err
	}
	r.counts = now.since(before)
	for _, d := range []durations{r.scan, r.trip, r.least, r.writes} {
		slices.Sort(d)
	}
	r.resident, r.peak, err = n.memory()
	return r, err
}

// compare writes to a device through the node, and has another one scanned and
// written to without it.
func (r *result) compare(ctx context.Context, n *node, s scale, addresses []string, value int) error {
	took, err := n.write(ctx, fmt.Sprint("device_", value%s.devices), value%100)
	if err != nil {
		return err
	}
	r.writes = append(r.writes, took)
	scan, trip, err := direct(ctx, addresses[(value+s.devices/2)%s.devices], s.tags, uint16(value%100))
	if err != nil {
		return fmt.Errorf("ask a device without the node: %w", err)
	}
	r.scan, r.trip, r.least = append(r.scan, scan), append(r.trip, trip), append(r.least, scan+trip)
	return nil
}

// write has the valve take a value and returns the time from accepted to
// acknowledged.
func (n *node) write(ctx context.Context, device string, value int) (time.Duration, error) {
	var report struct {
		Steps []struct {
			Stage string
			Time  time.Time
		}
	}
	if err := n.call(ctx, http.MethodPut, "/api/v1/devices/"+device+"/tags/valve", map[string]any{"value": value}, &report); err != nil {
		return 0, err
	}
	at := map[string]time.Time{}
	for _, step := range report.Steps {
		at[step.Stage] = step.Time
	}
	if at["acknowledged"].IsZero() {
		return 0, fmt.Errorf("write to %s: %v", device, report.Steps)
	}
	return at["acknowledged"].Sub(at["accepted"]), nil
}

// ticksPerSecond is USER_HZ, which is 100 wherever Go runs on Linux.
const ticksPerSecond = 100

// processorTime reads what the node has used, of user and system (proc(5),
// fields 14 and 15 of stat).
func (n *node) processorTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", n.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	var ticks int64
	for _, f := range fields[11:13] {
		t, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += t
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond, nil
}

// memory reads what is resident now and what was at the most (proc(5), status).
func (n *node) memory() (resident, peak uint64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kilobytes, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			resident = kilobytes << 10
		case "VmHWM":
			peak = kilobytes << 10
		}
	}
	return resident, peak, nil
}
