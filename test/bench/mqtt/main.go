package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"time"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	var l load
	role := flag.String("role", "bench", "bench; node: the node alone; load: the clients alone")
	bare := flag.Bool("bare", false, "of the node: without stream and rule")
	flag.StringVar(&l.Port, "port", "", "of the node's broker")
	flag.IntVar(&l.Rate, "rate", 0, "of the load: messages a second; 0: as fast as they are taken")
	flag.BoolVar(&l.Each, "each", false, "of the load: every message is written by itself")
	flag.IntVar(&l.Messages, "messages", 0, "of the load: how many")
	flag.StringVar(&l.Topic, "topic", "", "of the load: what the receiver subscribes to")
	flag.IntVar(&l.Share, "share", 1, "of the load: one of so many messages is received")
	profile := flag.String("profile", "", "of the node: file to write a processor profile to when it ends")
	during := flag.Duration("for", 4*time.Second, "how long each load lasts")
	out := flag.String("o", "", "file to write the page to; not given, it is printed")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	switch *role {
	case "node":
		return profiled(*profile, func() error { return serve(ctx, l.Port, *bare) })
	case "load":
		report, err := l.run(ctx)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(report)
	}
	results, err := bench(ctx, *during)
	if err != nil {
		return err
	}
	text := page(results, *during)
	if *out == "" {
		_, err = os.Stdout.WriteString(text)
		return err
	}
	return os.WriteFile(*out, []byte(text), 0o644)
}

// profiled does work, and writes what it spent processor time on to a file, unless
// that is empty.
func profiled(file string, work func() error) (err error) {
	if file == "" {
		return work()
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return work()
}
