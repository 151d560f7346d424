package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/test/figures"
)

// outage is what is lived through.
type outage struct {
	Length time.Duration // of plant time
	Idle   time.Duration // for how long an idle link is commanded, to compare with
	Least  int           // commands, idle and during the drain
	Scan   time.Duration // between two rows of a device when the link is open again
	Commit time.Duration // of the log; 0: as a node has it
	// Store is where the cloud keeps what it agrees on, below a directory.
	Store func(ctx context.Context, dir string) (kv.Store, error)
}

// The plant's size.
const (
	devices = 10
	tags    = 100
)

// result is what came of it.
type result struct {
	records      uint64 // of the outage
	batches      uint64 // that they came in
	wrote        time.Duration
	logged       int64 // octets of the log
	local, drain time.Duration
	localCPU     time.Duration // processor time of the process, of each drain
	drainCPU     time.Duration
	idle, busy   []time.Duration // round trips of commands
	early        uint64          // live records that came before the backlog's end
}

// patience bounds what has to come.
const patience = 6 * time.Minute

// live lives through the outage in a directory, and returns an error where something does not hold.
func (o outage) live(ctx context.Context, dir string) (r *result, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	n, err := openNode(filepath.Join(dir, "node"), o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	r = &result{records: devices * uint64(o.Length/time.Second)}
	begin := time.Now()
	if err := n.suffer(ctx, o.Length); err != nil {
		return nil, err
	}
	r.wrote = time.Since(begin)
	if err := r.locally(ctx, n); err != nil {
		return nil, fmt.Errorf("into a local sink: %w", err)
	}
	r.logged = n.log.Stats().Bytes
	return r, o.overTheLink(ctx, dir, n, r)
}

// locally drains the log into a sink in this process.
func (r *result) locally(ctx context.Context, n *node) error {
	far := newAccount(r.records)
	begin, used := time.Now(), figures.ProcessorTime()
	if err := n.deliver(toLocal, far); err != nil {
		return err
	}
	if err := far.await(ctx, r.records, 0); err != nil {
		return err
	}
	r.local, r.localCPU = time.Since(begin), figures.ProcessorTime()-used
	return errors.Join(far.judge(n.plant.Seconds()), n.system.Stop(ctx, "/"+toLocal))
}

// overTheLink drains the same log to the cloud, while the plant goes on and somebody commands.
func (o outage) overTheLink(ctx context.Context, dir string, n *node, r *result) (err error) {
	store, err := o.Store(ctx, dir)
	if err != nil {
		return err
	}
	far := newAccount(r.records)
	c, err := openCloud(ctx, filepath.Join(dir, "cloud"), store, far)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := errors.Join(c.join(ctx, n), n.connect(ctx)); err != nil {
		return err
	}
	idle, rested := context.WithTimeout(ctx, o.Idle)
	defer rested()
	if r.idle, err = c.command(idle, o.Least); err != nil {
		return fmt.Errorf("command over an idle link: %w", err)
	}
	if err := o.drain(ctx, n, c, far, r); err != nil {
		return err
	}
	if err := far.await(ctx, r.records, devices*n.plant.Seconds()); err != nil {
		return err
	}
	r.batches = far.batches
	if r.early = far.early; r.early == 0 {
		return errors.New("nothing that is live came before the end of the backlog")
	}
	return far.judge(n.plant.Seconds())
}

// drain opens the way for telemetry and waits until the backlog has come.
func (o outage) drain(ctx context.Context, n *node, c *cloud, far *account, r *result) error {
	draining, drained := context.WithCancel(ctx)
	defer drained()
	ended := make(chan error, 2)
	go func() { ended <- n.goOn(draining, o.Scan) }()
	begin, used := time.Now(), figures.ProcessorTime()
	if err := n.deliver(toCloud, uplink.Telemetry{Env: n.env()}); err != nil {
		return err
	}
	go func() {
		var err error
		r.busy, err = c.command(draining, o.Least)
		ended <- err
	}()
	err := far.await(ctx, r.records, 0)
	r.drain, r.drainCPU = time.Since(begin), figures.ProcessorTime()-used
	drained()
	return errors.Join(err, <-ended, <-ended)
}
