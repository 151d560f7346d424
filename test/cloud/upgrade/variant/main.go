// Command variant is a version of the node's program for the tests of upgrades: a real node, with one driver, that does harm
// where a file in its data directory says so. It is launched as holdfast is, and answers what holdfast asks another version.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/internal/program"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
)

// version is set by the linker.
var version = "development"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "variant:", err)
		os.Exit(1) //nolint:forbidigo // main ends the process
	}
}

// run is edge, with the arguments of holdfast, and edge preflight.
func run(ctx context.Context, args []string) error {
	if len(args) < 2 || args[0] != "edge" {
		return errors.New("want edge, or edge preflight")
	}
	args = args[1:]
	asked := args[0] == "preflight"
	if asked {
		args = args[1:]
	}
	var flags flag.FlagSet
	data, file := flags.String("data", "", ""), flags.String("c", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	parts, err := node.NewComponents([]protocols.Driver{modbus.Driver{}}, nil)
	if err != nil {
		return err
	}
	if asked {
		return preflight(parts, *data)
	}
	return edge(ctx, parts, *data, *file)
}

func preflight(parts *node.Components, data string) error {
	document, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	said, err := parts.Preflight(document, data, version)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(said)
}

// fault is the harm that it is to do; empty: none.
func fault(data string) string {
	text, _ := os.ReadFile(filepath.Join(data, "fault")) // of none there is none
	return string(text)
}

// edge runs the site as holdfast does, in which it crashes, hangs or waits before anything has started, where it is told to.
func edge(ctx context.Context, parts *node.Components, data, file string) error {
	switch fault(data) {
	case "crash":
		return errors.New("it ends, as it was told to")
	case "hang":
		<-ctx.Done() // which nobody tells it: it is killed
	case "wait":
		for fault(data) == "wait" {
			<-time.After(10 * time.Millisecond)
		}
	}
	self, err := program.Running()
	if err != nil {
		return err
	}
	parts.Artefacts(data)
	var site *config.Site
	if file != "" {
		if site, err = parts.LoadToRun(file); err != nil {
			return err
		}
	}
	for ctx.Err() == nil {
		relaunch, err := once(ctx, node.Options{
			Components: parts, Site: site, Dir: data, Version: version, CanRestart: true, Self: self,
			Logger: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		})
		if err != nil {
			return err
		}
		if relaunch {
			return self.Relaunch()
		}
	}
	return nil
}

// once runs the node until it is to end or to start anew; it runs its plant worse where it is told to.
func once(ctx context.Context, o node.Options) (relaunch bool, err error) {
	n, err := node.Start(ctx, o)
	if err != nil {
		return false, err
	}
	if fault(o.Dir) == "sick" {
		err = n.Command(ctx, console.Stop, "/endpoints")
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case <-n.Restarting():
			relaunch = n.Relaunching()
		}
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return relaunch, errors.Join(err, n.Close(within))
}
