package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/store/history"
	"github.com/holdfast-edge/holdfast/store/log"
	"github.com/holdfast-edge/holdfast/test/figures"
	"github.com/holdfast-edge/holdfast/test/plant"
)

// outage is what is lived through, and what it may cost.
type outage struct {
	Streams, Tags, Seconds int
	Quota                  int64 // bytes that the sink may hold back
	MaxMemory              int64 // resident, at most; 0: not looked at
}

// result is what came of it.
type result struct {
	ledger            *ledger
	peakFiles         int64 // of the log, at any look
	bound             int64
	early, late, peak int64 // resident memory: after a tenth, at the end, at most
	wrote, drained    time.Duration
	processor         time.Duration
	history           history.Stats
	log               log.Stats
}

// segment is the size of a file of the log: one more than the quota may be
// there, the one that is being written.
const segment = 16 << 20

// live lives through the outage in a directory, and returns an error where
// something does not hold.
func (o outage) live(ctx context.Context, dir string) (r *result, err error) {
	n, err := o.start(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, n.close()) }()
	r = &result{bound: o.Quota + segment}
	if err := n.suffer(ctx, r); err != nil {
		return nil, err
	}
	if err := n.drain(ctx, r); err != nil {
		return nil, err
	}
	r.history, r.log = n.history.Stats(), n.log.Stats()
	return r, o.judge(r)
}

// began is when the plant's time begins: at the beginning of a shard.
const began = 1_800_000_000 // seconds since 1970

// node is the log and the history of a node, on a clock that the plant moves.
type node struct {
	outage
	plant   *plant.Plant
	now     atomic.Int64
	log     *log.Log
	history *history.History
	source  *log.Cursor // of the history
	stop    context.CancelFunc
	running sync.WaitGroup
	failed  error // of the history
}

func (o outage) start(dir string) (n *node, err error) {
	n = &node{outage: o}
	n.now.Store(time.Unix(began, 0).UnixNano())
	clock := func() time.Time { return time.Unix(0, n.now.Load()) }
	if n.plant, err = plant.New(o.Streams, o.Tags); err != nil {
		return nil, err
	}
	n.log, err = log.Open(log.Options{
		Dir: filepath.Join(dir, "log"), Site: plant.Site, SegmentBytes: segment, Now: clock,
		QueueBytes: int(min(8<<20, o.Quota/8)), // a commit is much less than the quota
	})
	if err != nil {
		return nil, err
	}
	if n.history, err = history.Open(history.Options{Dir: filepath.Join(dir, "history"), Now: clock}); err != nil {
		return nil, errors.Join(err, n.log.Close())
	}
	ctx, cancel := context.WithCancel(context.Background())
	n.stop = cancel
	n.running.Go(func() { n.failed = n.log.Run(ctx) })
	options := history.CursorOptions()
	if n.source, err = n.log.Cursor("history", options); err != nil {
		return nil, errors.Join(err, n.close())
	}
	n.running.Go(func() { _ = n.history.Run(ctx, n.source) }) // it ends with ctx, and logs what fails
	sink, err := n.log.Cursor("sink", n.sinkOptions())
	if err != nil {
		return nil, errors.Join(err, n.close())
	}
	sink.Close() // the far end is away
	return n, nil
}

func (n *node) sinkOptions() log.CursorOptions {
	return log.CursorOptions{Quota: log.Quota{Bytes: n.Quota}}
}

func (n *node) close() error {
	n.stop()
	n.running.Wait()
	return errors.Join(n.failed, n.history.Close(), n.log.Close())
}

// suffer writes for as long as the outage lasts.
func (n *node) suffer(ctx context.Context, r *result) error {
	start, used := time.Now(), figures.ProcessorTime()
	for second := range n.Seconds {
		at := time.Unix(began+int64(second), 0)
		n.now.Store(at.UnixNano())
		if err := n.await(ctx, second-maxLag); err != nil {
			return err
		}
		if err := n.plant.Second(ctx, n.log, at); err != nil {
			return err
		}
		if second%60 == 0 {
			r.peakFiles = max(r.peakFiles, n.log.Stats().Bytes)
		}
		if second == n.Seconds/10 {
			r.early = resident()
		}
	}
	r.wrote, r.processor = time.Since(start), figures.ProcessorTime()-used
	return n.settle(ctx)
}

// maxLag is how far the history may be behind the plant, in seconds of the
// plant. In real time it is behind by a commit, and by what sealing a file takes;
// a plant that hurries on must not make hours of that.
const maxLag = 120

// settle waits until all is committed and the history has it.
func (n *node) settle(ctx context.Context) error {
	n.now.Add(int64(time.Minute)) // the time for a commit comes
	return n.await(ctx, n.Seconds)
}

// await waits until the history has what the plant measured before a second.
func (n *node) await(ctx context.Context, second int) error {
	want := int64(n.Streams) * int64(second)
	if n.history.Stats().Rows >= want {
		return nil
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for n.history.Stats().Rows < want {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// drain lets the far end come back and take what there is.
func (n *node) drain(ctx context.Context, r *result) error {
	r.late = resident()
	r.ledger = newLedger(n.plant.Schemas(), n.Seconds)
	sink, err := n.log.Cursor("sink", n.sinkOptions())
	if err != nil {
		return err
	}
	defer sink.Close()
	start := time.Now()
	want := uint64(n.Streams) * uint64(n.Seconds)
	for r.ledger.delivered+r.ledger.skipped < want {
		within, cancel := context.WithTimeout(ctx, time.Minute)
		e, err := sink.Next(within)
		cancel()
		if err != nil {
			return fmt.Errorf("%d records are missing: %w", r.ledger.missing(), err)
		}
		if err := r.ledger.enter(e); err != nil {
			return err
		}
		sink.Ack(e)
	}
	r.drained = time.Since(start)
	r.peak = peakResident()
	return nil
}

// judge says what does not hold.
func (o outage) judge(r *result) error {
	var wrong []error
	if r.ledger.skipped == 0 || r.ledger.delivered == 0 {
		wrong = append(wrong, fmt.Errorf("%d records skipped and %d delivered: the quota is no quota for this outage", r.ledger.skipped, r.ledger.delivered))
	}
	if missing := r.ledger.missing(); missing > 0 {
		wrong = append(wrong, fmt.Errorf("%d records neither came nor are in a gap", missing))
	}
	if r.peakFiles > r.bound {
		wrong = append(wrong, fmt.Errorf("files of %d octets, past the bound of %d", r.peakFiles, r.bound))
	}
	if o.MaxMemory > 0 && r.peak > o.MaxMemory {
		wrong = append(wrong, fmt.Errorf("resident memory of %d octets, more than %d", r.peak, o.MaxMemory))
	}
	return errors.Join(wrong...)
}
