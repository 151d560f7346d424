package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/protocols/modbus/simulator"
)

// plant runs the devices and prints their addresses, a line each, until its
// standard input ends.
func plant(ctx context.Context, s scale, stdout io.Writer) error {
	var running []*simulator.Plant
	defer func() {
		for _, p := range running {
			_ = p.Close()
		}
	}()
	for range s.devices {
		p, err := simulator.Start(ctx, simulator.Options{
			Address: "127.0.0.1:0", Units: 1, Waves: s.tags, Tick: time.Second, Logger: slog.New(slog.DiscardHandler),
		})
		if err != nil {
			return err
		}
		running = append(running, p)
		if _, err := fmt.Fprintln(stdout, p.Address()); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// devices is the plant in a process of its own.
type devices struct {
	addresses []string
	cmd       *exec.Cmd
	keep      io.Closer // closing it ends the plant
}

func startDevices(ctx context.Context, s scale) (*devices, error) {
	return startPlant(ctx, s.devices, "-devices", strconv.Itoa(s.devices), "-tags", strconv.Itoa(s.tags))
}

// startPlant runs this program as a plant of so many addresses.
func startPlant(ctx context.Context, addresses int, arguments ...string) (*devices, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	d := &devices{cmd: exec.CommandContext(ctx, self, append([]string{"-role", "plant"}, arguments...)...)}
	d.cmd.Stderr = os.Stderr
	in, err := d.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	d.keep = in
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	for lines := bufio.NewScanner(out); len(d.addresses) < addresses; {
		if !lines.Scan() {
			return nil, errors.Join(errors.New("the plant did not start"), d.close())
		}
		d.addresses = append(d.addresses, strings.TrimSpace(lines.Text()))
	}
	return d, nil
}

func (d *devices) close() error {
	_ = d.keep.Close()
	return d.cmd.Wait()
}
