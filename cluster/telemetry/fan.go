// Package telemetry takes the records that sites send to the cloud's sinks, and keeps account of what came: which records
// of a stream, which twice, which never.
//
//	site ── link ──▶ Fan ──▶ sink, sink …      a record is acknowledged when all sinks have it
//	                  └────▶ Ledger
//
// A sink that is away refuses records, which the sites then keep in their logs: nothing is queued here.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/shape"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// Sink is one configured far end.
type Sink struct {
	Kind   sinks.Sink
	Config *config.Sink // its name, its options, and the keys of delivery that hold at a cloud: see Check
}

// Check says what of a sink's configuration means nothing at a cloud, which keeps no records: the sites do.
func (s Sink) Check() error {
	var wrong []string
	c := s.Config
	if c.MaxBacklog != 0 || c.MaxBacklogAge != 0 {
		wrong = append(wrong, "max_backlog and max_backlog_age are kept by the sites: set them at their uplink")
	}
	if c.Paused {
		wrong = append(wrong, "a cloud keeps nothing for a sink that is paused: take it out, or have the sites send nothing")
	}
	if c.OnError.Refused == config.RefusedDeadLetter || c.OnError.Refused == config.RefusedHold {
		wrong = append(wrong, "on_error.refused is drop at a cloud: a record that is refused for good is counted and told to the far end as a gap by its site")
	}
	if len(wrong) > 0 {
		return fmt.Errorf("sink %s: %s", c.Name, strings.Join(wrong, "; "))
	}
	return nil
}

// Fan hands records to every sink. It may be used concurrently.
type Fan struct {
	outlets []*outlet
	ledger  *Ledger
}

// NewFan returns a fan to sinks that are not open yet: its Spec opens them.
func NewFan(member string, list []Sink, logger *slog.Logger) *Fan {
	f := &Fan{ledger: NewLedger()}
	for _, s := range list {
		f.outlets = append(f.outlets, &outlet{
			sink: s.Kind, shaper: shape.New(s.Config), wait: s.Config.OnError,
			to: sinks.Target{Site: "cloud-" + member, Name: s.Config.Name, Options: s.Config.Options, Logger: logger.With("sink", s.Config.Name)},
		})
	}
	return f
}

// Ledger returns the account of what came.
func (f *Fan) Ledger() *Ledger { return f.ledger }

// Takes tells whether there are sinks.
func (f *Fan) Takes() bool { return len(f.outlets) > 0 }

// Spec is the supervisor of the sinks.
func (f *Fan) Spec() supervisor.Spec {
	var children []supervisor.Spec
	for _, o := range f.outlets {
		children = append(children, supervisor.Spec{
			Name: o.to.Name, Kind: "sink", New: supervisor.Service(o.run),
			Policy: supervisor.Policy{
				Floor: o.wait.MinWait, Cap: o.wait.MaxWait, Jitter: supervisor.EqualJitter, Healthy: 30 * time.Second,
				Exhausted: supervisor.Alarm, Slow: time.Minute,
			},
		})
	}
	return supervisor.Spec{Name: "sinks", Kind: "group", New: supervisor.Group(children...)}
}

// Deliver hands a record to every sink. It blocks while a window is full. done is called once where it returns nil: with
// nil when all have the record, with the first error when all have said something.
func (f *Fan) Deliver(ctx context.Context, r link.Record, done func(error)) error {
	j := &join{ledger: f.ledger, record: r, done: done}
	j.left.Store(int32(len(f.outlets)) + 1)
	for _, o := range f.outlets {
		if err := o.send(ctx, sinks.Delivery{Batch: r.Batch, Gap: r.Gap}, j.one); err != nil {
			j.one(err)
		}
	}
	j.one(nil)
	return nil
}

// join waits for the sinks of one record.
type join struct {
	ledger *Ledger
	record link.Record
	done   func(error)
	left   atomic.Int32
	mu     sync.Mutex
	err    error
}

func (j *join) one(err error) {
	if err != nil {
		j.mu.Lock()
		j.err = worse(j.err, err)
		j.mu.Unlock()
	}
	if j.left.Add(-1) > 0 {
		return
	}
	if j.err == nil {
		j.ledger.Take(j.record)
	}
	j.done(j.err)
}

// worse is the error that decides: one that may pass has the record sent again, to all.
func worse(a, b error) error {
	if f, ok := errors.AsType[*sinks.Failure](a); a == nil || ok && f.Permanent {
		return b
	}
	return a
}

// outlet is one sink, open or not.
type outlet struct {
	sink sinks.Sink
	to   sinks.Target
	wait config.OnError

	mu     sync.Mutex // held while sending, since a writer takes from one goroutine at a time
	shaper *shape.Shaper
	writer sinks.Writer
}

// closeWithin is how long what is on the way has to be acknowledged when the member stops.
const closeWithin = 5 * time.Second

// run is one connection to the far end.
func (o *outlet) run(ctx context.Context) error {
	w, err := o.sink.Open(ctx, o.to)
	if err != nil {
		if f, ok := errors.AsType[*sinks.Failure](err); ok && f.Permanent {
			return supervisor.Permanent(err)
		}
		return err
	}
	o.set(w)
	defer func() {
		o.set(nil)
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
		defer cancel()
		_ = w.Close(closing) // what was not acknowledged is sent again by its site
	}()
	select {
	case <-ctx.Done():
		return nil
	case <-w.Lost():
		return fmt.Errorf("the connection of sink %s is lost", o.to.Name)
	}
}

func (o *outlet) set(w sinks.Writer) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writer = w
}

func (o *outlet) send(ctx context.Context, d sinks.Delivery, done func(error)) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.writer == nil {
		return fmt.Errorf("sink %s of the cloud is away", o.to.Name)
	}
	d, err := o.shaped(d)
	if err != nil {
		return &sinks.Failure{Permanent: true, Err: err}
	}
	return o.writer.Send(ctx, d, done)
}

// shaped is a delivery as the sink wants it. What it does not want is a gap to it, as it is on a node.
func (o *outlet) shaped(d sinks.Delivery) (sinks.Delivery, error) {
	if d.Batch == nil {
		return d, nil
	}
	batch, wanted, err := o.shaper.Apply(d.Batch)
	if err != nil || wanted {
		return sinks.Delivery{Batch: batch}, err
	}
	last := d.Batch.Len() - 1
	return sinks.Delivery{Gap: &tag.Gap{
		First: d.Batch.Identity(0), Count: uint64(d.Batch.Len()), Cause: tag.Withheld, At: d.Batch.Time(last),
	}}, nil
}
