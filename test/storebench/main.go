package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "storebench:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	dir, err := os.MkdirTemp("", "holdfast-storebench-")
	if err != nil {
		return err
	}
	p := &page{}
	err = measure(ctx, dir, p)
	if err := errors.Join(err, os.RemoveAll(dir)); err != nil {
		return err
	}
	if len(args) == 0 {
		_, err = os.Stdout.WriteString(p.text())
		return err
	}
	return os.WriteFile(args[0], []byte(p.text()), 0o644)
}

// measure makes all measurements, one after the other.
func measure(ctx context.Context, dir string, p *page) error {
	for _, part := range []func(context.Context, string, *page) error{commits, day, open, histories} {
		own, err := os.MkdirTemp(dir, "part-")
		if err != nil {
			return err
		}
		if err := errors.Join(part(ctx, own, p), os.RemoveAll(own)); err != nil {
			return err
		}
	}
	return nil
}
