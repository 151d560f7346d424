package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/faultline"
	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
	"github.com/holdfast-edge/holdfast/test/figures"
)

// Of the buses, each with so many units, every other one has a unit that is dead.
const (
	unitsOfBus  = 10
	tagsOfUnit  = 10
	busInterval = 100 * time.Millisecond
)

// busPlant runs the buses and prints their addresses, until its standard input ends.
func busPlant(ctx context.Context, buses int, stdout io.Writer) (err error) {
	log := slog.New(slog.DiscardHandler)
	var running []io.Closer
	defer func() {
		for _, c := range running {
			err = errors.Join(err, c.Close())
		}
	}()
	for i := range buses {
		p, failed := simulator.Start(ctx, simulator.Options{Address: "127.0.0.1:0", Units: unitsOfBus, Waves: tagsOfUnit, Logger: log})
		if failed != nil {
			return failed
		}
		running = append(running, p)
		line, failed := faultline.Listen(ctx, "127.0.0.1:0", p.Address(), log)
		if failed != nil {
			return failed
		}
		running = append(running, line)
		if i%2 == 1 {
			line.Set(unitsOfBus, faultline.Fault{Kind: faultline.Dead})
		}
		if _, err := fmt.Fprintln(stdout, line.Address()); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// busSite is the configuration: a device for each unit.
func busSite(addresses []string) any {
	var all []object
	for i, address := range addresses {
		for unit := 1; unit <= unitsOfBus; unit++ {
			tags := []object{{"name": "valve", "address": fmt.Sprint("holding:", simulator.Valve), "type": "uint16", "access": "rw", "verify": false}}
			for t := range tagsOfUnit - 1 {
				tags = append(tags, object{"name": fmt.Sprint("wave_", t), "address": fmt.Sprint("holding:", simulator.Waves+t), "type": "uint16"})
			}
			all = append(all, object{
				"name": busDevice(i, unit), "driver": "modbus", "endpoint": "tcp://" + address, "unit": unit,
				"groups": []object{{"name": "g", "scan": busInterval.String(), "tags": tags}},
			})
		}
	}
	return object{"site": "bench", "console": object{"listen": "127.0.0.1:0"}, "devices": all}
}

func busDevice(bus, unit int) string { return fmt.Sprintf("bus_%d_unit_%d", bus, unit) }

// busResult is what the live units of one kind of bus have done.
type busResult struct {
	counts counts
	writes durations
}

// benchBuses measures what a dead unit costs the others on its endpoint.
func benchBuses(ctx context.Context, s scale, out string, stdout io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	plant, err := startPlant(ctx, s.buses, "-buses", fmt.Sprint(s.buses))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plant.close()) }()
	if err := writeSite(filepath.Join(dir, "site.json"), busSite(plant.addresses)); err != nil {
		return err
	}
	n, err := startNode(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	if err := n.settle(ctx, s.buses*unitsOfBus-s.buses/2); err != nil {
		return err
	}
	whole, broken, err := n.watchBuses(ctx, s)
	if err != nil {
		return err
	}
	return deliver(busPage(s, whole, broken), out, stdout)
}

// watchBuses writes to a live unit of each bus in turn, and counts.
func (n *node) watchBuses(ctx context.Context, s scale) (whole, broken busResult, err error) {
	before, err := n.byBus(ctx)
	if err != nil {
		return whole, broken, err
	}
	begin := time.Now()
	for value := 1; time.Since(begin) < s.during; value++ {
		took, err := n.write(ctx, busDevice(value%s.buses, 1+value%(unitsOfBus-1)), value%100)
		if err != nil {
			return whole, broken, err
		}
		if value%s.buses%2 == 0 {
			whole.writes = append(whole.writes, took)
		} else {
			broken.writes = append(broken.writes, took)
		}
		if err := wait(ctx, 20*time.Millisecond); err != nil {
			return whole, broken, err
		}
	}
	after, err := n.byBus(ctx)
	for i := range 2 {
		after[i] = after[i].since(before[i])
	}
	whole.counts, broken.counts = after[0], after[1]
	slices.Sort(whole.writes)
	slices.Sort(broken.writes)
	return whole, broken, err
}

// byBus adds up the live units of the buses that are whole, and of those with a dead one.
func (n *node) byBus(ctx context.Context) (sums [2]counts, err error) {
	all, err := n.devices(ctx)
	for _, d := range all {
		var bus, unit int
		if _, err := fmt.Sscanf(d.Name, "bus_%d_unit_%d", &bus, &unit); err != nil {
			return sums, err
		}
		if unit < unitsOfBus { // the last one is dead on every other bus, and left out on all
			sums[bus%2] = sums[bus%2].plus(d)
		}
	}
	return sums, err
}

func busPage(s scale, whole, broken busResult) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# What a dead unit costs the others on its bus\n\n%s\n\n", figures.Written("bench-plant"))
	fmt.Fprintf(&b, "| of the nine other units | all ten alive | one of ten dead |\n|---|---|---|\n")
	row := func(what string, of func(busResult) string) {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", what, of(whole), of(broken))
	}
	row("scans made", func(r busResult) string { return fmt.Sprint(r.counts.scans) })
	row("late (not done when the next was due)", func(r busResult) string { return fmt.Sprint(r.counts.late) })
	row("left out", func(r busResult) string { return fmt.Sprint(r.counts.overruns) })
	row("a write, accepted to acknowledged: p50, p99", func(r busResult) string {
		return fmt.Sprintf("%s, %s", r.writes.quantile(0.5), r.writes.quantile(0.99))
	})
	fmt.Fprintf(&b, `
## Method

%d buses of %d units with %d tags, each unit scanned every %s, one request in flight on a bus; on every other bus one
unit gives no answer at all. It is demoted after three requests, and then costs its bus one short probe each backoff, of
at most 30s. All run in one node at the same time, for %s. To run it yourself:
`+"`go run ./test/bench -buses %d`"+`.
`, s.buses, unitsOfBus, tagsOfUnit, busInterval, s.during, s.buses)
	return b.String()
}
