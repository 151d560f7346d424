package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"github.com/holdfast-edge/holdfast/test/figures"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1) //nolint:forbidigo // main ends the process
	}
}

func run() error {
	o := outage{MaxMemory: 200 << 20}
	flag.IntVar(&o.Streams, "devices", 100, "devices, a stream each")
	flag.IntVar(&o.Tags, "tags", 100, "tags of each")
	flag.IntVar(&o.Seconds, "seconds", 6*3600, "seconds of the outage")
	flag.Int64Var(&o.Quota, "quota", 128<<20, "bytes of the log that the sink may hold back")
	page := flag.String("o", "", "file to write the page to; not given, it is printed")
	profile := flag.String("cpuprofile", "", "file to write a profile of the processor's time to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var r *result
	err := figures.Profiled(*profile, func() error {
		return figures.InDirectory("holdfast-soak-", func(dir string) (err error) {
			r, err = o.live(ctx, dir)
			return err
		})
	})
	if err != nil {
		return err
	}
	return figures.Write(*page, r.page(o))
}
