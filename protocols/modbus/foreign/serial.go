package foreign

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Cable is a serial cable: two ports, each of which receives what the other sends.
type Cable struct {
	Near, Far string // paths of the ports
	command   *exec.Cmd
}

// NewCable lays a cable of pseudo-terminals, by socat, with its ends in a directory. It lies there until ctx ends, if
// Close does not end it before.
func NewCable(ctx context.Context, directory string) (*Cable, error) {
	socat, err := exec.LookPath("socat")
	if err != nil {
		return nil, fmt.Errorf("socat: %w", ErrNotInstalled)
	}
	c := &Cable{Near: filepath.Join(directory, "near"), Far: filepath.Join(directory, "far")}
	c.command = exec.CommandContext(ctx, socat, "pty,raw,echo=0,link="+c.Near, "pty,raw,echo=0,link="+c.Far)
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	for _, end := range []string{c.Near, c.Far} {
		if err := appears(ctx, end); err != nil {
			c.Close()
			return nil, err
		}
	}
	return c, nil
}

// appears waits for a file.
func appears(ctx context.Context, path string) error {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(path); err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", path, ctx.Err())
		}
	}
}

// Close takes the cable away.
func (c *Cable) Close() {
	_ = c.command.Process.Kill() // fails only where it has ended
	_ = c.command.Wait()         // says that it was killed
}
