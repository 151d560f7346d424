package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/holdfast-edge/holdfast/test/figures"
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
	of := flag.String("broker", string(withRule), "of the node: rule, bare (without stream and rule) or library (the bare library, as it is embedded)")
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
		return figures.Profiled(*profile, func() error { return serve(ctx, l.Port, kind(*of)) })
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
	return figures.Write(*out, page(results, *during))
}
