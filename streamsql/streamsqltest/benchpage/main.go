// Command benchpage runs the benchmarks of stream SQL and writes what they found
// as a page of Markdown: for each the best of several runs, in processor time.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"time"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "benchpage:", err)
		os.Exit(1)
	}
}

func run() error {
	path := flag.String("o", "", "file to write, standard output by default")
	count := flag.Int("count", 3, "runs, of which the best counts")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	output, err := benchmark(ctx, *count)
	if err != nil {
		return err
	}
	found := read(output)
	text := page(found, machine{
		date: time.Now().Format(time.DateOnly), processor: found.processor, cores: runtime.NumCPU(), runs: *count,
		system: runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH,
	})
	if *path == "" {
		_, err = os.Stdout.WriteString(text)
		return err
	}
	return os.WriteFile(*path, []byte(text), 0o644) //nolint:gosec // a page of the documentation
}

// benchmark runs the benchmarks. What they print goes to the terminal, too.
func benchmark(ctx context.Context, count int) ([]byte, error) {
	command := exec.CommandContext(ctx, "go", "test", "./streamsql/streamsqltest", "-run", "^$", "-bench", ".", "-benchmem",
		"-benchtime", "0.5s", "-count", fmt.Sprint(count))
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, os.Stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("run the benchmarks: %w\n%s", err, output.String())
	}
	return output.Bytes(), nil
}
