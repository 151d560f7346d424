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
	flag.DurationVar(&s.interval, "interval", time.Second, "interval of the scans")
	flag.DurationVar(&s.during, "for", 30*time.Second, "how long to measure, after a warm-up")
	out := flag.String("o", "", "file to write the page to; not given, it is printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *role == "plant" {
		return plant(ctx, s, os.Stdout)
	}
	return bench(ctx, s, *out, os.Stdout)
}

// bench measures and writes the page.
func bench(ctx context.Context, s scale, out string, stdout io.Writer) error {
	r, err := measure(ctx, s)
	if err != nil {
		return err
	}
	page := r.page(s)
	if out == "" {
		_, err = io.WriteString(stdout, page)
		return err
	}
	return os.WriteFile(out, []byte(page), 0o644)
}
