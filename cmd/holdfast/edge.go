package main

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/holdfast-edge/holdfast/internal/node"
)

// closeWithin is how long a node may take to stop.
const closeWithin = 30 * time.Second

// edgeCommand runs a site until it is told to stop.
type edgeCommand struct {
	Config string `short:"c" required:"" help:"The site's configuration: a YAML or JSON file, or a directory of them." placeholder:"PATH"`
	Data   string `required:"" help:"The directory of all that the node keeps." placeholder:"DIR"`
}

// Run is called by the command line.
func (c *edgeCommand) Run(ctx context.Context, s *surroundings) error {
	collectOften()
	parts, err := components()
	if err != nil {
		return err
	}
	site, err := parts.Load(c.Config)
	if err != nil {
		return err
	}
	n, err := node.Start(ctx, node.Options{Components: parts, Site: site, Dir: c.Data, Version: version, Logger: s.logger})
	if err != nil {
		return err
	}
	debug.FreeOSMemory() // what reading the configuration took
	_, _ = fmt.Fprintf(s.out, "%s is running. Console: %s\n", site.Name, n.ConsoleURL())
	if password := n.ConsolePassword(); password != "" {
		_, _ = fmt.Fprintf(s.out, "Log in there as admin with the password %s. It is shown this once.\n", password)
	}
	return untilStopped(ctx, n.Close)
}

// garbagePercent is how much garbage may gather, of what is in use, before it
// is collected. Go's own 100 spends a third more memory to save 2 % of a core
// with 1,000 devices, and nothing that can be measured with 100.
const garbagePercent = 30

// collectOften trades a little processor time for memory, of which a gateway
// has less. GOGC and GOMEMLIMIT in the environment have the last word.
func collectOften() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}

// untilStopped waits for the signal to stop, and then for everything to end.
func untilStopped(ctx context.Context, closeAll func(context.Context) error) error {
	<-ctx.Done()
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return closeAll(closing)
}
