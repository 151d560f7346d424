// Command broker makes a page of what the benchmark of the brokers has printed,
// which it reads from its standard input.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/holdfast-edge/holdfast/test/figures"
)

func main() {
	out := flag.String("o", "", "file to write the page to; not given, it is printed")
	flag.Parse()
	if err := run(os.Stdin, *out, os.Stdout); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "broker:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out string, stdout io.Writer) error {
	text, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	measured, err := parse(text)
	if err != nil {
		return err
	}
	page := page(measured)
	if out == "" {
		_, err = stdout.Write(page)
		return err
	}
	return os.WriteFile(out, page, 0o644)
}

// page is the comparison as Markdown, with how it was come by.
func page(m results) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# The broker beside mosquitto\n\n%s\n\n", figures.Written("bench-broker"))
	fmt.Fprint(&b, "| as fast as it goes | Holdfast | mosquitto | CPU | CPU of mosquitto |\n|---|---|---|---|---|\n")
	for _, l := range []struct{ name, words string }{
		{"QoS0-1to1", "QoS 0, 1 to 1"}, {"QoS0-1to10", "QoS 0, 1 to 10"}, {"QoS1-1to1", "QoS 1, 1 to 1, window 100"},
	} {
		ours, theirs := m.of(l.name, "holdfast"), m.of(l.name, "mosquitto")
		fmt.Fprintf(&b, "| %s | %.0f/s | %.0f/s | %.2f µs | %.2f µs |\n", l.words, ours.rate, theirs.rate, ours.cpu, theirs.cpu)
	}
	fmt.Fprint(&b, "\n| one message at a time | CPU | CPU of mosquitto |\n|---|---|---|\n")
	for _, l := range []struct{ name, words string }{
		{"QoS0-1to1-at-5000", "QoS 0, 1 to 1, 5,000/s"}, {"QoS0-1to10-at-1000", "QoS 0, 1 to 10, 1,000/s"},
	} {
		fmt.Fprintf(&b, "| %s | %.1f µs | %.1f µs |\n", l.words, m.of(l.name, "holdfast").cpu, m.of(l.name, "mosquitto").cpu)
	}
	fmt.Fprint(&b, method)
	return b.Bytes()
}

const method = `
## Method

Both brokers in one run on the same machine, each in a process of its own, under the same load: bare clients over TCP on
loopback, messages of 100 bytes, medians. A rate counts deliveries. CPU is that of the broker's process for one delivery,
by the scheduler's account. The machine is shared: trust the ratios.

Under load the difference is system calls: one write carries many messages, where mosquitto writes each by itself. With
one message at a time there is nothing to put together, and what is left is that waking a Go program for a packet costs
some µs more than waking a loop around ` + "`epoll`" + `. That is where the broker is dearer, and where it is idle.
`
