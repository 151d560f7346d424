package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/kv/etcd"
	"github.com/holdfast-edge/holdfast/test/figures"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "catchup:", err)
		os.Exit(1) //nolint:forbidigo // main ends the process
	}
}

func run() error {
	o := outage{Least: 100, Scan: time.Second, Store: embedded}
	flag.DurationVar(&o.Length, "outage", 24*time.Hour, "how long the site was cut off")
	flag.DurationVar(&o.Idle, "idle", 10*time.Second, "for how long an idle link is commanded")
	page := flag.String("o", "", "file to write the page to; not given, it is printed")
	profile := flag.String("cpuprofile", "", "file to write a profile of the processor's time to")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var r *result
	err := figures.Profiled(*profile, func() error {
		return figures.InDirectory("holdfast-catchup-", func(dir string) (err error) {
			r, err = o.live(ctx, dir)
			return err
		})
	})
	if err != nil {
		return err
	}
	return figures.Write(*page, r.page(o))
}

// embedded is etcd inside of this process, as one member has it.
func embedded(ctx context.Context, dir string) (kv.Store, error) {
	return etcd.Embed(ctx, filepath.Join(dir, "etcd"))
}
