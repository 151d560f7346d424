package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/actors/sink"
	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/link/wire"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/store/state"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/test/plant"
)

// node is what a site's node has between its plant and the cloud.
type node struct {
	dir     string
	plant   *plant.Plant
	log     *log.Log
	state   *state.State
	system  *supervisor.System
	status  uplink.Status
	meters  sync.Map
	begun   time.Time
	hurried atomic.Int64 // the clock while the log is written at speed; 0: real time
	stop    context.CancelFunc
	running sync.WaitGroup
	failed  error
}

// The far ends, as the node's log knows them.
const (
	toCloud = "telemetry:cloud"
	toLocal = "local"
)

// openNode opens the log of a site that is cut off from now on. All of the outage is long past, as a cursor sees it.
func openNode(dir string, o outage) (n *node, err error) {
	n = &node{dir: dir, begun: time.Now().Add(-o.Length - time.Minute).Truncate(time.Second)}
	n.hurried.Store(n.begun.UnixNano())
	if n.plant, err = plant.New(devices, tags); err != nil {
		return nil, err
	}
	n.system = supervisor.New(supervisor.Options{Name: "node", Logger: slog.New(slog.DiscardHandler)})
	if n.state, err = state.Open(state.Options{Dir: filepath.Join(dir, "state")}); err != nil {
		return nil, err
	}
	if n.log, err = log.Open(log.Options{Dir: filepath.Join(dir, "log"), Site: plant.Site, Now: n.now, CommitEvery: o.Commit}); err != nil {
		return nil, errors.Join(err, n.state.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	n.stop = cancel
	n.running.Go(func() { n.failed = n.log.Run(ctx) })
	for _, name := range []string{toCloud, toLocal} {
		c, err := n.log.Cursor(sink.CursorName(name), log.CursorOptions{})
		if err != nil {
			return nil, errors.Join(err, n.close())
		}
		c.Close() // the far end is away
	}
	return n, nil
}

func (n *node) now() time.Time {
	if at := n.hurried.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Now()
}

// suffer writes what is measured during the outage, as fast as the log takes it.
func (n *node) suffer(ctx context.Context, outage time.Duration) error {
	for second := range int(outage / time.Second) {
		at := n.begun.Add(time.Duration(second) * time.Second)
		n.hurried.Store(at.UnixNano())
		if err := n.plant.Second(ctx, n.log, at); err != nil {
			return err
		}
	}
	n.hurried.Store(0)
	return nil
}

// goOn measures in real time until ctx is done.
func (n *node) goOn(ctx context.Context, scan time.Duration) error {
	tick := time.NewTicker(scan)
	defer tick.Stop()
	for {
		if err := n.plant.Second(context.WithoutCancel(ctx), n.log, time.Now()); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// deliver delivers the log to a far end, as a node does.
func (n *node) deliver(name string, far sinks.Sink) error {
	env := sink.Env{
		Site: plant.Site, System: n.system, Log: n.log, Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		Meter: func(name string) *sink.Meter {
			m, _ := n.meters.LoadOrStore(name, &sink.Meter{})
			return m.(*sink.Meter)
		},
	}
	_, err := n.system.Spawn(sink.Spec(env, sink.Config{Sink: far, Window: uplink.Window, Config: &config.Sink{
		Name: name, Type: "cloud", Historical: config.HistoricalMark,
		OnError: config.OnError{MinWait: 200 * time.Millisecond, MaxWait: 15 * time.Second, Refused: config.RefusedDrop},
	}}))
	return err
}

// env is the uplink's.
func (n *node) env() uplink.Env {
	return uplink.Env{
		Dir: filepath.Join(n.dir, "uplink"), Version: "catchup", Plant: idle{}, Documents: n.state, System: n.system,
		Logger: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Float64, Status: &n.status,
	}
}

// connect opens the control connection and waits for it.
func (n *node) connect(ctx context.Context) error {
	if _, err := n.system.Spawn(uplink.Spec(n.env())); err != nil {
		return err
	}
	for !n.status.View().Connected {
		select {
		case <-ctx.Done():
			return fmt.Errorf("the site does not connect: %s", n.status.View().Trouble)
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func (n *node) close() error {
	closing, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	err := n.system.Shutdown(closing)
	n.stop()
	n.running.Wait()
	return errors.Join(err, n.failed, n.log.Close(), n.state.Close())
}

// idle is a plant that does at once what it is told, so that a command costs its way and nothing else.
type idle struct{}

var _ uplink.Plant = idle{}

// Run is uplink.Plant's.
func (idle) Run(context.Context, uplink.Command) (uplink.Answer, error) {
	return uplink.Answer{Detail: "done"}, nil
}

// Answer is uplink.Plant's.
func (idle) Answer(context.Context, *wire.Ask, func([]byte) error) error { return nil }

// Reaches is uplink.Plant's.
func (idle) Reaches(string) bool { return false }

// Desired is uplink.Plant's.
func (idle) Desired(*wire.Desired) {}

// Confirmed is uplink.Plant's.
func (idle) Confirmed(*wire.Confirmed) {}

// Resume is uplink.Plant's.
func (idle) Resume(context.Context, string) (uplink.Answer, error) { return uplink.Answer{}, nil }

// Reported is uplink.Plant's.
func (idle) Reported() *wire.Reported { return &wire.Reported{Phase: "idle"} }
