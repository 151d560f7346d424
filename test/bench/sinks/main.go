// Command sinks measures what a sink costs beside the driver that it is made of:
// rows through the TDengine sink, and the same columns bound by hand, against
// one far end in a process of its own that answers and keeps nothing.
//
// Both sides take turns, round by round, so that what else the machine does
// meets both. The result is a page of Markdown.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"

	"github.com/holdfast-edge/holdfast/sinks/tdengine/taosd"
	"github.com/holdfast-edge/holdfast/test/figures"
)

func main() {
	if err := run(); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "bench sinks:", err)
		os.Exit(1)
	}
}

func run() error {
	role := flag.String("role", "bench", "bench, or far: only the far end")
	rounds := flag.Int("rounds", 15, "rounds of each side")
	out := flag.String("o", "", "file to write the page to; not given, it is printed")
	flag.Parse()
	if *role == "far" {
		return far()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	address, end, err := startFar(ctx)
	if err != nil {
		return err
	}
	defer end()
	r, err := measure(ctx, address, *rounds)
	if err != nil {
		return err
	}
	return figures.Write(*out, r.page())
}

// far is a TDengine that answers and keeps nothing, until its input ends.
func far() error {
	s, err := taosd.Start(taosd.Options{User: "root", Discard: true})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := fmt.Println(s.Address()); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// startFar starts this program again as the far end.
func startFar(ctx context.Context) (address string, end func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-role", "far")
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	printed, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(printed).ReadString('\n')
	return strings.TrimSpace(line), func() { _ = in.Close(); _ = cmd.Wait() }, err
}
