package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1) //nolint:forbidigo // main ends the process
	}
}

// startProfile profiles until stop is called.
func startProfile(name string) (stop func() error, err error) {
	file, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() error { pprof.StopCPUProfile(); return file.Close() }, nil
}

func run() (err error) {
	o := outage{MaxMemory: 200 << 20}
	flag.IntVar(&o.Streams, "devices", 100, "devices, a stream each")
	flag.IntVar(&o.Tags, "tags", 100, "tags of each")
	flag.IntVar(&o.Seconds, "seconds", 6*3600, "seconds of the outage")
	flag.Int64Var(&o.Quota, "quota", 128<<20, "bytes of the log that the sink may hold back")
	page := flag.String("o", "", "file to write the page to; not given, it is printed")
	profile := flag.String("cpuprofile", "", "file to write a profile of the processor's time to")
	flag.Parse()
	if *profile != "" {
		stop, failed := startProfile(*profile)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "holdfast-soak-")
	if err != nil {
		return err
	}
	r, err := o.live(ctx, dir)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	text := r.page(o)
	if *page == "" {
		_, err = os.Stdout.WriteString(text)
		return err
	}
	return os.WriteFile(*page, []byte(text), 0o644)
}
