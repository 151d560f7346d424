package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/kv/etcd"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "catchup:", err)
		os.Exit(1) //nolint:forbidigo // main ends the process
	}
}

func run() (err error) {
	o := outage{Least: 100, Scan: time.Second, Store: embedded}
	flag.DurationVar(&o.Length, "outage", 24*time.Hour, "how long the site was cut off")
	flag.DurationVar(&o.Idle, "idle", 10*time.Second, "for how long an idle link is commanded")
	page := flag.String("o", "", "file to write the page to; not given, it is printed")
	profile := flag.String("cpuprofile", "", "file to write a profile of the processor's time to")
	flag.Parse()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer func() { pprof.StopCPUProfile(); _ = file.Close() }()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "holdfast-catchup-")
	if err != nil {
		return err
	}
	r, err := o.live(ctx, dir)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	if *page == "" {
		_, err = os.Stdout.WriteString(r.page(o))
		return err
	}
	return os.WriteFile(*page, []byte(r.page(o)), 0o644)
}

// embedded is etcd inside of this process, as one member has it.
func embedded(ctx context.Context, dir string) (kv.Store, error) {
	return etcd.Embed(ctx, filepath.Join(dir, "etcd"))
}
