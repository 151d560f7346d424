// Command bench measures a member of the cloud with thousands of light sites that speak the real protocol: memory and
// processor time for each, a storm of reconnects, and a rollout to all. It writes docs/benchmarks/cloud.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) } //nolint:forbidigo // main ends the process

// run is the program: it returns its exit code.
func run(args []string, out, errs io.Writer) int {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	sites := flags.String("sites", "1000,3000,10000", "numbers of sites, between commas")
	page := flags.String("o", "", "the page to write; standard output if not given")
	serve := flags.String("serve", "", "be the member, or a bare gRPC server, over this directory (used by bench itself)")
	bare := flags.Bool("bare", false, "with -serve: a bare gRPC server")
	number := flags.Int("n", 0, "with -serve: how many sites there are")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if *serve != "" {
		err = serveUntil(ctx, *serve, *number, *bare, out)
	} else {
		err = bench(ctx, *sites, *page, out)
	}
	if err != nil {
		_, _ = fmt.Fprintln(errs, "bench:", err)
		return 1
	}
	return 0
}

// bench measures each number of sites and writes the page.
func bench(ctx context.Context, sites, page string, out io.Writer) error {
	var results []result
	for text := range strings.SplitSeq(sites, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%d sites\n", n)
		r, err := measure(ctx, n, out)
		if err != nil {
			return fmt.Errorf("with %d sites: %w", n, err)
		}
		results = append(results, r)
	}
	text := write(results)
	if page == "" {
		_, err := io.WriteString(out, text)
		return err
	}
	return os.WriteFile(page, []byte(text), 0o644)
}
