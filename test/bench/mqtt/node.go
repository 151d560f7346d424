package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/garbage"
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// Sites of the two nodes. The rule's output is the whole message, so that what
// leaves is what would leave the bare broker.
const (
	bareSite = `
site: bench
console: {listen: "127.0.0.1:0"}
broker: {listen: "127.0.0.1:%s", anonymous: true}
`
	ruleSite = bareSite + `
streams: [{name: sensors, mqtt: {topic: sensors, qos: 0}}]
rules: [{name: hot, sql: "SELECT * FROM sensors WHERE temperature > 50", to: {publish: hot, payload: "{row}"}}]
`
)

// kind is what is between the clients.
type kind string

const (
	withRule kind = "rule"
	bare     kind = "bare"    // the node's broker alone
	library  kind = "library" // mochi-mqtt alone, as a program embeds it
)

// serve runs what is between the clients until ctx is done.
func serve(ctx context.Context, port string, k kind) error {
	garbage.Pace() // as holdfast edge does
	ctx, stop := notify(ctx)
	defer stop()
	if k == library {
		return serveLibrary(ctx, port)
	}
	return serveNode(ctx, port, k)
}

// serveLibrary runs mochi-mqtt with its own defaults, open to everybody.
func serveLibrary(ctx context.Context, port string) (err error) {
	s := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.AddHook(new(auth.AllowHook), nil); err != nil {
		return err
	}
	if err := s.AddListener(listeners.NewTCP(listeners.Config{ID: "tcp", Address: "127.0.0.1:" + port})); err != nil {
		return err
	}
	if err := s.Serve(); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func serveNode(ctx context.Context, port string, k kind) (err error) {
	components, err := node.NewComponents(nil, nil)
	if err != nil {
		return err
	}
	text := fmt.Sprintf(ruleSite, port)
	if k == bare {
		text = fmt.Sprintf(bareSite, port)
	}
	site, err := components.Parse([]config.Source{{Name: "site.yaml", Data: []byte(text)}})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "holdfast-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	n, err := node.Start(ctx, node.Options{
		Components: components, Site: site, Dir: filepath.Join(dir, "data"), Version: "bench", Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return err
	}
	<-ctx.Done()
	return n.Close(context.WithoutCancel(ctx))
}

// child is a process of this program in another role.
type child struct {
	cmd   *exec.Cmd
	place *ports.Port
	port  string
}

// startNode starts a node and returns when its broker takes clients.
func startNode(ctx context.Context, k kind) (*child, error) {
	place, err := ports.Take(ctx)
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(place.Number())
	c := &child{place: place, port: port, cmd: exec.CommandContext(ctx, os.Args[0], "-role", "node", "-port", port, "-broker", string(k))}
	c.cmd.Stderr = os.Stderr
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	var d net.Dialer
	for range 600 {
		conn, err := d.DialContext(ctx, "tcp", "127.0.0.1:"+port)
		if err == nil {
			return c, conn.Close()
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			break
		}
	}
	return nil, errors.Join(errors.New("the node did not start"), c.close())
}

func (c *child) close() error {
	defer c.place.Release()
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	return c.cmd.Wait()
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// processorTime is what the threads of a process have used, by the scheduler's
// own account: ticks are too coarse.
func processorTime(pid int) (used time.Duration, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(thread)
		if err != nil {
			continue // it has ended
		}
		var ns int64
		if _, err := fmt.Sscan(string(stat), &ns); err != nil {
			return 0, fmt.Errorf("read %s: %w", thread, err)
		}
		used += time.Duration(ns)
	}
	return used, nil
}
