package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"
)

// scale is one size of plant to measure.
type scale struct {
	devices, tags int
	buses         int // of ten units each; 0: the devices are measured
	interval      time.Duration
	during        time.Duration
}

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var s scale
	role := flag.String("role", "bench", "bench, or plant: only the devices")
	flag.IntVar(&s.devices, "devices", 100, "devices")
	flag.IntVar(&s.tags, "tags", 100, "tags of each")
	flag.IntVar(&s.buses, "buses", 0, "measure what a dead unit costs the others, on so many buses of ten units")
	alone := flag.Bool("idle", false, "measure what a node does that is left alone")
	flag.DurationVar(&s.interval, "interval", time.Second, "interval of the scans")
	flag.DurationVar(&s.during, "for", 30*time.Second, "how long to measure, after a warm-up")
	out := flag.String("o", "", "file to write the page to; not given, it is printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch {
	case *role == "plant" && s.buses > 0:
		return busPlant(ctx, s.buses, os.Stdout)
	case *role == "plant":
		return plant(ctx, s, os.Stdout)
	case *alone:
		return benchIdle(ctx, s, *out, os.Stdout)
	case s.buses > 0:
		return benchBuses(ctx, s, *out, os.Stdout)
	}
	return bench(ctx, s, *out, os.Stdout)
}

// bench measures and writes the page.
func bench(ctx context.Context, s scale, out string, stdout io.Writer) error {
	r, err := measure(ctx, s)
	if err != nil {
		return err
	}
	return deliver(r.page(s), out, stdout)
}

// deliver writes a page to the file, or prints it where none is given.
func deliver(page, out string, stdout io.Writer) error {
	if out == "" {
		_, err := io.WriteString(stdout, page)
		return err
	}
	return os.WriteFile(out, []byte(page), 0o644)
}
